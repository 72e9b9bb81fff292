import * as vscode from 'vscode';
import type { Translate } from '../editor/translate';
import { causeInWords, consequenceOfProblem } from '../editor/words/problems';
import type { Problem } from '../topology/diagnose/problem';

/** In the Problems panel: what has a line in a file. Rules of the conf language have marks of their own there. */
export class ProblemMarks implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('redis-topology-live');

  constructor(private readonly t: Translate) {}

  show(problems: readonly Problem[]): void {
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const { place, what, severity, evidence } of problems) {
      if (place === undefined || what.code === 'conf-rule') continue;
      const range = new vscode.Range(place.line - 1, 0, place.line - 1, 10_000);
      const said = evidence.find(({ from }) => from === 'log')?.text;
      const text = [causeInWords(this.t, what), consequenceOfProblem(this.t, what), said]
        .filter(part => part !== undefined)
        .join(' ');
      const mark = new vscode.Diagnostic(
        range,
        text,
        severity === 'error'
          ? vscode.DiagnosticSeverity.Error
          : severity === 'warning'
            ? vscode.DiagnosticSeverity.Warning
            : vscode.DiagnosticSeverity.Information,
      );
      mark.source = 'Redis Topology';
      mark.code = what.code;
      const marks = byFile.get(place.path) ?? [];
      marks.push(mark);
      byFile.set(place.path, marks);
    }
    this.#collection.clear();
    for (const [path, marks] of byFile) this.#collection.set(vscode.Uri.file(path), marks);
  }

  dispose(): void {
    this.#collection.dispose();
  }
}
