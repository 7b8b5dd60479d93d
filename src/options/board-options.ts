import { telemetrySources } from '../../agent/contract/choices.ts';
import type { BoardSettings } from '../../host/plan/settings.ts';
import { duration } from './effort-options.ts';
import { flag, grouped, type OptionRow, optional, type Rows, withDefault } from './option-row.ts';
import { choicesFrom, sizeBytes, sizeText } from './parse-values.ts';

const telemetryOption: OptionRow<BoardSettings['telemetry']> = optional(
  '--telemetry <source>',
  'mpstat, proc, full (sources of interrupts five times a second) or off (default: mpstat where it is installed, which takes the least CPU time of those that log; else proc)',
  {
    parse: (text) => choicesFrom(text, '--telemetry', telemetrySources)[0] ?? null,
    write: String,
  },
);

export const offlineOption = flag('--offline', 'use only what is in the cache of this machine');

export const allowLinksOption = flag(
  '--allow-links',
  'follow links of external data out of the directory of its model',
);

/** What happens on the board, and around it. */
export const boardOptions = grouped('On the board:', {
  telemetry: telemetryOption,
  check_telemetry: flag(
    '--check-telemetry',
    'measure every cell with and without telemetry: what it costs',
  ),
  require_locked: flag(
    '--require-locked',
    'refuse a board whose clocks can move (lock them: sudo jetson_clocks)',
  ),
  wait_ms: duration(
    '--wait <duration>',
    'take turns: wait at most this long, e.g. 2h, for a board that others use or have reserved',
    '--wait',
  ),
  keep_bytes: withDefault(
    '--keep <size>',
    'least recently used files beyond this are removed',
    '2G',
    { parse: (text) => sizeBytes(text, '--keep'), write: sizeText },
  ),
  offline: offlineOption,
  allow_links: allowLinksOption,
  detach: flag('--detach', 'print the id of the run and leave; `attach` finds it again'),
} satisfies Rows<BoardSettings>);
