import { setMaxListeners } from 'node:events';
import * as vscode from 'vscode';

/** How long a look before a question may take: what it asks has shorter limits of its own. */
const glanceMs = 30_000;

/** A look that mostly takes an instant, before the user is asked: told in the status bar, where it pushes nothing aside. */
export function withGlance<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    work(AbortSignal.timeout(glanceMs)),
  );
}

/**
 * Runs `work` under a notification with a Cancel button. `report` shows the name of the step at hand; Cancel aborts the
 * signal with an `AbortError`, and the notification stays until `work` has cleaned up and settled.
 */
export function withProgress<T>(
  title: string,
  work: (signal: AbortSignal, report: (step: string) => void) => Promise<T>,
): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const controller = new AbortController();
      setMaxListeners(0, controller.signal); // a verb hangs one listener on it for each server and command
      const subscription = token.onCancellationRequested(() =>
        controller.abort(new DOMException('cancelled', 'AbortError')),
      );
      try {
        return await work(controller.signal, message => progress.report({ message }));
      } finally {
        subscription.dispose();
      }
    },
  );
}
