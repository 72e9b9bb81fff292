// Stands in for the native logger @vscode/spdlog, so that nothing has to be compiled: VS Code's logs, and through them its
// Output channels, are written by plain file appends.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
const methods = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];

/** Local time as spdlog prints it: `2026-01-31 12:34:56.789`. */
function stamp() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 23).replace('T', ' ');
}

class Logger {
  constructor(_type, _name, file) {
    this.file = file;
    this.level = 0;
    this.plain = false;
    this.dropped = false;
  }
  append(level, message) {
    if (this.dropped || level < this.level) return;
    fs.appendFileSync(this.file, this.plain ? message : `${stamp()} [${levels[level]}] ${message}\n`);
  }
  getLevel() {
    return this.level;
  }
  setLevel(level) {
    this.level = level;
  }
  setPattern() {
    /* one pattern is enough here */
  }
  clearFormatters() {
    this.plain = true;
  }
  flush() {
    /* every append is written at once */
  }
  drop() {
    this.dropped = true;
  }
}
methods.forEach((method, level) => {
  Logger.prototype[method] = function write(message) {
    this.append(level, message);
  };
});

async function open(type, name, file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  return new Logger(type, name, file);
}

// One plain assignment for each name: VS Code import()s this file, and Node finds the names by reading its text.
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = (name, file) => open('rotating', name, file);
exports.createAsyncRotatingLogger = (name, file) => open('rotating_async', name, file);
