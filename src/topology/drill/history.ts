import type { Records } from '../ports';
import type { DrillReport } from './report';

/** Runs that are kept of each topology, to compare settings by. */
const KEPT = 20;
const keyOf = (topologyId: string): string => `drills:${topologyId}`;

/** The runs of a topology that are kept, the latest first. */
export function drillsOf(records: Pick<Records, 'get'>, topologyId: string): readonly DrillReport[] {
  const kept = records.get(keyOf(topologyId));
  return Array.isArray(kept) ? kept.filter(isReport) : [];
}

export async function keepDrill(records: Records, report: DrillReport): Promise<void> {
  const { topologyId } = report.request;
  await records.set(keyOf(topologyId), [report, ...drillsOf(records, topologyId)].slice(0, KEPT));
}

/** Of a topology that was removed: nobody could run them again. */
export async function forgetDrills(records: Records, topologyId: string): Promise<void> {
  await records.delete(keyOf(topologyId));
}

/** What another version wrote may be anything. */
function isReport(value: unknown): value is DrillReport {
  if (typeof value !== 'object' || value === null) return false;
  const { at, marks, bars, writes, span, request } = value as Partial<DrillReport>;
  return (
    typeof at === 'number' &&
    Array.isArray(marks) &&
    Array.isArray(bars) &&
    typeof request === 'object' &&
    typeof span?.from === 'number' &&
    Array.isArray(writes?.counts)
  );
}
