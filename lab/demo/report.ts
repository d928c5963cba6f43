import { table } from '../cli/output.ts';
import { FAULT_TITLE } from './faults.ts';
import type { Heal } from './heal.ts';

export interface ReportNode {
  readonly id: string;
  readonly instanceId: string;
  readonly address: string;
  readonly status: string;
  readonly managerStatus: string;
}

/** What `--report` writes. */
export interface Report {
  readonly machines: 'real' | 'simulated';
  readonly heals: readonly Heal[];
  readonly nodes: readonly ReportNode[];
  readonly serviceSurvived: boolean;
  readonly secretSurvived: boolean;
  /** Every claim was checked against the engines, and held. */
  readonly ok: boolean;
  /** What did not hold, if anything. */
  readonly failure: string | undefined;
  readonly seconds: number;
}

export function healTable(heals: readonly Heal[]): string {
  const rows = heals.map((heal) => [
    FAULT_TITLE[heal.fault],
    heal.detectSeconds.toFixed(1),
    heal.wholeSeconds.toFixed(1),
    heal.floorSeconds.toFixed(1),
    heal.ratio.toFixed(2),
    heal.sameNodeId ? 'same node, address, disk' : 'a new one, old node removed',
    String(heal.awsCalls),
    String(heal.lambdaMs),
  ]);
  const header = ['killed', 'detected s', 'whole s', 'floor s', 'ratio', 'came back as', 'AWS calls', 'Lambda ms'];
  return table(header, rows).join('\n');
}

/** Seconds to the tenth, ratios to the hundredth: more digits would claim more than was measured. */
export function rounded(heal: Heal): Heal {
  return {
    ...heal,
    detectSeconds: round(heal.detectSeconds, 10),
    wholeSeconds: round(heal.wholeSeconds, 10),
    floorSeconds: round(heal.floorSeconds, 10),
    ratio: round(heal.ratio, 100),
  };
}

function round(value: number, per: number): number {
  return Math.round(value * per) / per;
}
