// The kept text and parse of a long document are those of its present text, whatever is done to it.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { parseDocument } from '../../src/conf/document';
import type { ConfDocument } from '../../src/conf/document';
import { ConfDocuments } from '../../src/language/documents';
import { KeptTexts } from '../../src/language/texts';

suite('kept texts', () => {
  suiteTeardown(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  const acts: readonly (readonly [
    what: string,
    keeps: boolean,
    act: (editor: vscode.TextEditor) => Thenable<unknown>,
  ])[] = [
    ['typing', true, editor => editor.edit(edit => edit.insert(new vscode.Position(3, 2), 'typed'))],
    ['a new line', true, editor => editor.edit(edit => edit.insert(new vscode.Position(10, 0), 'line ä €\n'))],
    [
      'several places at once',
      true,
      editor =>
        editor.edit(edit => {
          for (const line of [1, 500, 9000]) edit.replace(new vscode.Range(line, 0, line + 2, 1), 'many\nlines\n');
        }),
    ],
    [
      'what a paste with other line ends brings',
      true,
      editor => editor.edit(edit => edit.insert(new vscode.Position(5, 0), 'a\r\nb\nc\r\n')),
    ],
    ['undo', true, () => vscode.commands.executeCommand('undo')],
    ['undo again', true, () => vscode.commands.executeCommand('undo')],
    ['redo', true, () => vscode.commands.executeCommand('redo')],
    [
      'the last line',
      true,
      editor => editor.edit(edit => edit.insert(new vscode.Position(editor.document.lineCount, 0), 'end')),
    ],
    ['other line ends', false, editor => editor.edit(edit => edit.setEndOfLine(vscode.EndOfLine.CRLF))],
    ['typing behind them', true, editor => editor.edit(edit => edit.insert(new vscode.Position(3, 2), 'x\ny'))],
    [
      'another text',
      true,
      editor => editor.edit(edit => edit.replace(new vscode.Range(0, 0, 1e6, 0), 'port 1\n'.repeat(7000))),
    ],
    ['a short text', false, editor => editor.edit(edit => edit.replace(new vscode.Range(0, 0, 1e6, 0), 'port 1\n'))],
  ];

  test('follow every change', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'plaintext',
      content: Array.from({ length: 12_000 }, (_, at) => `line ${String(at)}\n`).join(''),
    });
    const editor = await vscode.window.showTextDocument(document);
    const texts = new KeptTexts();
    const read = (): string => {
      for (const steps = texts.read(document); ;) {
        const step = steps.next();
        if (step.done === true) return step.value;
      }
    };
    assert.equal(read(), document.getText());
    for (const [what, keeps, act] of acts) {
      const { version } = document;
      await act(editor);
      assert.ok(document.version > version, what);
      assert.equal(texts.known(document) !== undefined, keeps, what);
      assert.equal(read(), document.getText(), what);
    }
    texts.dispose();
  });

  test('and so does the parse that is kept with it', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'plaintext',
      content: Array.from({ length: 12_000 }, (_, at) =>
        at % 3 === 0 ? '# redis-conf-disable-next-line bool-value\n' : `save ${String(at)} 1\n`,
      ).join(''),
    });
    const editor = await vscode.window.showTextDocument(document);
    const documents = new ConfDocuments();
    const plain = (parsed: ConfDocument | undefined): unknown =>
      parsed?.statements.map(({ line, start, end, name, words }) =>
        [line, start, end, name, ...words.flatMap(word => [word.start, word.end, word.value])].join(' '),
      );
    for (const [what, , act] of acts) {
      const before = (await documents.parsed(document))?.statements.at(-1);
      await act(editor);
      const parsed = await documents.parsed(document);
      const fresh = parseDocument(document.getText());
      assert.deepEqual(plain(parsed), plain(fresh), what);
      assert.deepEqual(parsed?.pragmas, fresh.pragmas, what);
      assert.deepEqual(parsed?.lineStarts, fresh.lineStarts, what);
      if (what === 'typing') assert.equal(parsed?.statements.at(-1), before, 'the far end was not read again');
    }
    documents.dispose();
  });
});
