import * as vscode from 'vscode';
import { textOf } from '../base/errors';
import type { Redactor } from './redact';

/** The extension's log channel. Everything passes the redactor first. Made on first use: an idle extension has no channel. */
export class Log implements vscode.Disposable {
  #channel: vscode.LogOutputChannel | undefined;

  constructor(
    private readonly title: string,
    private readonly redactor: Redactor,
  ) {}

  info(text: string): void {
    this.#open().info(this.redactor.redact(text));
  }

  debug(text: string): void {
    this.#open().debug(this.redactor.redact(text));
  }

  warn(text: string): void {
    this.#open().warn(this.redactor.redact(text));
  }

  /** @param what the work that failed, for the reader of the log */
  error(what: string, error: unknown): void {
    const cause = error instanceof Error && error.cause !== undefined ? ` ← ${textOf(error.cause)}` : '';
    this.#open().error(this.redactor.redact(`${what}: ${textOf(error)}${cause}`));
  }

  show(): void {
    this.#open().show(true);
  }

  dispose(): void {
    this.#channel?.dispose();
  }

  #open(): vscode.LogOutputChannel {
    return (this.#channel ??= vscode.window.createOutputChannel(this.title, { log: true }));
  }
}
