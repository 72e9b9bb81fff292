import type { Disposable } from '../../base/disposable';
import type { Engine } from '../engine';
import { ProcessEngine } from './processEngine';
import type { ProcessEngineOptions } from './processEngine';

export type { ProcessEngineOptions };

/** The engine of plain server processes. Disposing it ends the watching; the servers run on. */
export function createProcessEngine(options: ProcessEngineOptions): Engine & Disposable {
  return new ProcessEngine(options);
}
