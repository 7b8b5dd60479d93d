import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { keys } from '../../../test/support/fake-stdin.ts';
import { canvasOf, frameOf, sizes } from '../../../test/support/frames.ts';
import { openStand } from '../../../test/support/screen-stand.ts';
import { type HomeContent, type HomeState, initialHome } from './home-state.ts';
import { HomeView } from './home-view.ts';
import { benchArguments, estimatePlan } from './plan-estimate.ts';

/** What a machine offers on which nothing was ever measured. */
const empty: HomeContent = {
  boards: [{ name: 'demo', about: 'this machine, behind an SSH server inside the program' }],
  models: [
    { name: 'resnet34-cifar10', about: 'ResNet-34' },
    { name: 'mlp-tiny', about: 'Perceptron' },
  ],
  runs: [],
};

const lived: HomeContent = {
  boards: [
    ...empty.boards,
    ...Array.from({ length: 40 }, (_, n) => ({ name: `orin-${n}`, about: '~/.ssh/config' })),
  ],
  models: empty.models,
  runs: Array.from({ length: 30 }, (_, n) => ({
    runId: `20261123-1015${String(n).padStart(2, '0')}-3fa9c1`,
    directory: '/runs',
    state: 'saved' as const,
    createdUtc: '2026-11-23T10:15:00.000Z',
    ended: 'completed' as const,
    board: 'NVIDIA Jetson Orin Nano Developer Kit',
    models: ['resnet34-cifar10'],
    cells: 3,
    verdicts: { VALID: 2, WIDE: 1 },
  })),
};

function home(content: HomeContent = empty) {
  const effects: { effect: string; state: HomeState }[] = [];
  const view: HomeView = new HomeView(initialHome(content), {
    version: '1.2.3',
    ownCpus: 4,
    onEffect: (effect, state) => effects.push({ effect, state }),
    onChange: () => stand.host.show(view),
  });
  const stand = openStand(view);
  onTestFinished(() => stand.host.close());
  return { ...stand, view, effects };
}

test('from an empty configuration, Enter three times measures this machine', async () => {
  const { stdin, effects } = home();
  await stdin.press(keys.enter, keys.enter);
  expect(effects).toEqual([]);
  await stdin.press(keys.enter);
  const [measured] = effects;
  expect(measured?.effect).toBe('measure');
  expect(measured && benchArguments(measured.state)).toEqual([
    'bench',
    'demo',
    '--model',
    'resnet34-cifar10',
  ]);
});

test('the plan counts its cells and its time as it is typed, and says what makes no sense', async () => {
  const { stdin, terminal } = home();
  await stdin.press(keys.enter, keys.enter, '1', ',', '2', ',', '4');
  expect(await terminal.text()).toContain('3 cells and 3 calibrations');
  await stdin.press(keys.down, '1', ',', '8');
  const text = await terminal.text();
  expect(text).toContain('6 cells and 3 calibrations');
  expect(text).toContain('--threads 1,2,4 --batch 1,8');
  await stdin.press(',', ',', '0');
  expect(await terminal.text()).toContain('not a whole number');
});

test('a host can be typed; letters are text there, and Escape does not quit', async () => {
  const { stdin, terminal, effects } = home();
  await stdin.press(keys.down, 'q', '@', 'orin?', keys.backspace);
  expect(await terminal.text()).toContain('q@orin▏');
  await stdin.press(keys.enter, keys.enter, keys.enter);
  expect(effects.map(({ effect }) => effect)).toEqual(['measure']);
  expect(effects[0] && benchArguments(effects[0].state)[1]).toBe('q@orin');
});

test('an empty host is refused with what to type', async () => {
  const { stdin, terminal } = home();
  await stdin.press(keys.down, keys.enter);
  expect(await terminal.text()).toContain('type a host');
});

test('a path is completed as far as directories and models agree', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'orin-home-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const name of ['yolov8n.onnx', 'yolov8s.onnx', 'notes.txt']) {
    await writeFile(join(directory, name), '');
  }
  const { stdin, terminal } = home();
  await stdin.press(keys.enter, keys.down, keys.down, `${directory}/y`, keys.tab);
  await vi.waitFor(async () => expect(await terminal.text()).toContain(`${directory}/yolov8▏`));
});

test('boards have their presets: what suits the demonstration is no choice for a board', () => {
  const demo = initialHome(lived);
  expect(estimatePlan(demo, 4)).toMatchObject({ cells: 3, calibrations: 3, blocks: '3' });
  const board = { ...demo, board: { ...demo.board, at: 3 } };
  expect(estimatePlan(board, null)).toMatchObject({ threads: null, blocks: '5 to 8' });
  const thorough = { ...board, plan: { ...board.plan, effort: 'thorough' as const } };
  expect(benchArguments(thorough)).toContain('--thorough');
});

test.each(sizes)('it fits at $columns x $rows, whatever is open', (size) => {
  for (const focus of ['board', 'model', 'plan'] as const) {
    for (const content of [empty, lived]) {
      const state = { ...initialHome(content), focus };
      const view = new HomeView(state, {
        version: '1.2.3',
        ownCpus: 4,
        onEffect: () => {},
        onChange: () => {},
      });
      const frame = frameOf(view.render(canvasOf(size)), size);
      // What the open step stands on is always to be seen.
      const shown = { board: 'demo', model: 'resnet34', plan: 'threads' }[focus];
      if (size.columns >= 40 && size.rows >= 8) expect(frame).toContain(shown);
      const plain = frameOf(view.render(canvasOf(size, { isUnicode: false })), size);
      expect(plain).toMatch(/^[\n -~]*$/);
    }
  }
});

test.each([
  { columns: 40, rows: 10 },
  { columns: 80, rows: 24 },
  { columns: 100, rows: 30 },
])('the home screen at $columns x $rows', (size) => {
  const view = new HomeView(initialHome(lived), {
    version: '1.2.3',
    ownCpus: 4,
    onEffect: () => {},
    onChange: () => {},
  });
  expect(frameOf(view.render(canvasOf(size)), size)).toMatchSnapshot();
});
