import { type BoardRoot, rootOn } from '../../host/board/interrupts/board-root.ts';
import { dismissGuardian, startGuardian } from '../../host/board/interrupts/steer.ts';
import { OrinError } from '../../host/errors.ts';
import { irqAxes } from '../../host/irq/irq-axes.ts';
import { describeMoves, type IrqMoves, movesOn } from '../../host/irq/moves.ts';
import type { Prompter } from '../../host/reach/trust/prompter.ts';
import { bench } from '../../host/run/bench.ts';
import { measureOptions, settingsWith } from '../options/bench-table.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import type { ExperimentSettings } from '../options/experiment-options.ts';
import { givenUnder } from '../options/option-table.ts';
import { requestFrom } from './bench.ts';
import { terminalPrompter } from './terminal-prompter.ts';
import { type Watch, type WatchOptions, watchRun } from './watch-run.ts';

type IrqOptions = WatchOptions & ExperimentSettings;

/** What is to be moved, and how to become root for it. */
interface Steering {
  readonly moves: IrqMoves;
  readonly root: BoardRoot;
}

/**
 * `orin-remote irq <host>`: measures the board idle, with 1, half and all threads, and with threads
 * kept off the CPU that serves the interrupts, in randomised blocks, with `--move-irqs` also with
 * interrupts moved; ends in findings.
 */
export async function irqCommand(host: string, options: IrqOptions): Promise<number> {
  const asked = settingsWith(givenUnder(measureOptions, options));
  // Sources several times a second are what the question is about.
  const settings = requestFrom(host, { ...asked, telemetry: asked.telemetry ?? 'full' });
  return await watchRun(host, options, (watch) => {
    const { follow, progress } = watch;
    const { signal } = follow;
    const prompter = terminalPrompter(options.batch_mode, progress);
    let steering: Steering | null = null;
    return bench({
      ...follow,
      ...settings,
      experiment: 'irq',
      prompter,
      axesFor: (link, facts) =>
        irqAxes(settings.axes, link, facts, signal, async (cpu, analysis) => {
          const kind = options.move_irqs;
          if (kind === null) return false;
          const wanted = { kind, cpu, online: facts.cpu.online };
          const moves = await movesOn(link, wanted, analysis, signal);
          if (!(await isWanted(moves, options, prompter, watch))) return false;
          steering = { moves, root: await rootOn(link, prompter, signal) };
          return true;
        }),
      beforeLaunch: async (link, { bootId, base }) => {
        if (steering === null) return async () => {};
        const target = { link, base: base.path, bootId, root: steering.root, signal };
        await startGuardian(target, steering.moves);
        return () => dismissGuardian(target);
      },
      directories: directoriesFrom(environment),
    });
  });
}

/** @throws OrinError `usage` where nobody can be asked and --yes was not given. */
async function isWanted(
  moves: IrqMoves,
  options: IrqOptions,
  prompter: Prompter,
  { follow, progress }: Watch,
): Promise<boolean> {
  if (moves.changes.length === 0) {
    progress.note('--move-irqs: no interrupt of this board has another place to go');
    return false;
  }
  const about = describeMoves(moves);
  if (options.yes) {
    progress.note(`moving ${about}`);
    return true;
  }
  const text = `Move ${about}? [y/N] `;
  const question = { kind: 'keyboard-interactive', text, echo: true } as const;
  const answer = await prompter.ask(question, follow.signal);
  if (answer === null) {
    throw new OrinError({
      code: 'usage',
      what: '--move-irqs asks before it changes anything, and there is nobody to ask',
      why: about,
      next: 'say --yes, or run it on a terminal',
    });
  }
  const isYes = /^y(es)?$/i.test(answer.trim());
  if (!isYes) progress.note('interrupts stay where they are');
  return isYes;
}
