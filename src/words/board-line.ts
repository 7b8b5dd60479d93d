import type { BoardFacts } from '../../host/board/facts.ts';
import { counted } from './quantities.ts';

/**
 * What tells one board from another, in one line:
 * `Jetson Orin Nano · JetPack 6.2.1 · 15W · 6 CPUs`.
 */
export function boardLine(facts: BoardFacts): string {
  const parts = [
    facts.model?.replace(/^NVIDIA /, '') ?? `${facts.cpu.model ?? facts.machine}`,
    facts.jetpack ? `JetPack ${facts.jetpack}` : facts.os,
    facts.powerMode,
    facts.cpu.limit === null
      ? counted(facts.cpu.online.length, 'CPU')
      : `${facts.cpu.allowed.length} of ${counted(facts.cpu.online.length, 'CPU')}`,
  ];
  return parts.filter(Boolean).join(' · ');
}
