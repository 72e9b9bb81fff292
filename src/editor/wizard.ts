import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable';

/** What a step gives when the user went back. `undefined` is the user's leaving. */
export const back = Symbol('back');
export type Answer<T> = T | typeof back | undefined;

/** Where a step stands among the others, as the input shows it. */
export interface Frame {
  readonly title: string;
  /** From 1. */
  readonly step: number;
  readonly total: number;
}

/** Asks for one thing; gets what was answered so far and gives it with its own answer added. */
export type Step<State> = (state: State, frame: Frame) => Promise<Answer<State>>;

/** Walks through `steps`, forth and back, answers kept, until all are answered or the user leaves (`undefined`). */
export async function walk<State>(
  title: string,
  steps: readonly Step<State>[],
  initial: State,
): Promise<State | undefined> {
  let state = initial;
  let index = 0;
  while (index < steps.length) {
    const answer = await (steps[index] as Step<State>)(state, { title, step: index + 1, total: steps.length });
    if (answer === undefined) return undefined;
    if (answer === back) index = Math.max(0, index - 1);
    else {
      state = answer;
      index++;
    }
  }
  return state;
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** Offers `choices`; the one with the value `active` is under the cursor. */
export function choose<T>(
  frame: Frame,
  options: {
    readonly placeholder: string;
    readonly choices: readonly (Choice<T> | vscode.QuickPickItem)[];
    readonly active?: (value: T) => boolean;
  },
): Promise<Answer<T>> {
  const pick = vscode.window.createQuickPick<Choice<T> | vscode.QuickPickItem>();
  pick.items = options.choices;
  pick.placeholder = options.placeholder;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const active = options.choices.find(choice => 'value' in choice && options.active?.(choice.value) === true);
  if (active) pick.activeItems = [active];
  return settle(pick, frame, done =>
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item && 'value' in item) done(item.value);
    }),
  );
}

export type Verdict = string | { readonly info: string } | undefined;

/**
 * Asks for a text. `check` judges while the user types: a string forbids (and is the reason), `info` only informs. It may take
 * its time; a verdict that comes after another key stroke is dropped, and Enter waits for the verdict. `confirm` is asked once, on Enter,
 * for what is too dear to be asked while typing; the reason that it gives keeps the input open.
 */
export function askText(
  frame: Frame,
  options: {
    readonly prompt: string;
    readonly value: string;
    readonly placeholder?: string;
    readonly secret?: boolean;
    readonly check: (text: string) => Verdict | Promise<Verdict>;
    readonly confirm?: (text: string) => Promise<string | undefined>;
  },
): Promise<Answer<string>> {
  const box = vscode.window.createInputBox();
  box.prompt = options.prompt;
  box.value = options.value;
  box.valueSelection = [0, options.value.length];
  box.password = options.secret === true;
  if (options.placeholder !== undefined) box.placeholder = options.placeholder;
  let latest: Promise<Verdict>;
  const judge = (text: string, first = false): Promise<Verdict> => {
    const asked = (latest = Promise.resolve(options.check(text)));
    void asked.then(verdict => {
      if (asked !== latest || (first && text === '' && typeof verdict === 'string')) return; // nobody is blamed before the first key stroke
      box.validationMessage =
        verdict === undefined
          ? undefined
          : typeof verdict === 'string'
            ? verdict
            : { message: verdict.info, severity: vscode.InputBoxValidationSeverity.Info };
    });
    return asked;
  };
  void judge(box.value, true);
  return settle(box, frame, done =>
    vscode.Disposable.from(
      box.onDidChangeValue(text => void judge(text)),
      box.onDidAccept(async () => {
        const text = box.value;
        const verdict = await latest;
        if (text !== box.value || box.busy) return;
        if (typeof verdict === 'string') {
          box.validationMessage = verdict;
          return;
        }
        if (options.confirm) {
          box.busy = true;
          box.enabled = false;
          const refused = await options.confirm(text);
          box.busy = false;
          box.enabled = true;
          if (refused !== undefined) {
            box.validationMessage = refused;
            return;
          }
        }
        done(text);
      }),
    ),
  );
}

/** Shows the input and resolves once: with what `listen` reports, with `back`, or with `undefined` when it is left. */
function settle<T>(
  input: vscode.QuickInput,
  frame: Frame,
  listen: (done: (value: T) => void) => vscode.Disposable,
): Promise<Answer<T>> {
  return new Promise(resolve => {
    const store = new DisposableStore();
    const done = (value: Answer<T>): void => {
      resolve(value);
      store.dispose();
    };
    input.title = frame.title;
    input.step = frame.step;
    input.totalSteps = frame.total;
    input.ignoreFocusOut = true;
    if (frame.step > 1 && 'buttons' in input)
      (input as vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox).buttons = [vscode.QuickInputButtons.Back];
    store.add(input);
    store.add(listen(done));
    store.add(
      (input as vscode.InputBox).onDidTriggerButton(button => {
        if (button === vscode.QuickInputButtons.Back) done(back);
      }),
    );
    store.add(input.onDidHide(() => done(undefined)));
    input.show();
  });
}
