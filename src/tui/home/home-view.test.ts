import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { plainBoard } from '../../../host/fleet/fleet-board.ts';
import { keys } from '../../../test/support/fake-stdin.ts';
import { canvasOf, frameOf, sizes } from '../../../test/support/frames.ts';
import { openStand } from '../../../test/support/screen-stand.ts';
import { boardChoices } from './board-choices.ts';
import {
  chosen,
  type HomeContent,
  type HomeState,
  initialHome,
  withContent,
} from './home-state.ts';
import { HomeView } from './home-view.ts';
import { wishArguments } from './home-wish.ts';
import { estimatePlan } from './plan-estimate.ts';
import { planLines } from './plan-lines.ts';

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
  expect(measured && wishArguments(measured.state)).toEqual([
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
  expect(text).toMatch(/--threads 1,2,4 --batch\s+1,8/);
  await stdin.press(',', ',', '0');
  expect(await terminal.text()).toContain('not a whole number');
});

test('what the board cannot do is said while it is typed', async () => {
  const { stdin, terminal } = home();
  await stdin.press(keys.enter, keys.enter, '8');
  expect(await terminal.text()).toContain('--threads 8: the board has 4 CPUs online');
  await stdin.press(keys.backspace, '2', keys.down, keys.down, '0', '-', '9');
  expect(await terminal.text()).toContain('is not online on the board');
  await stdin.press(keys.backspace, '1', ',', '0');
  // Two threads do not fit one CPU.
  expect(await terminal.text()).toContain('1 cell and 1 calibration · 1 left out');
});

test('providers, precision and presets are chosen; the command says the same', async () => {
  const { stdin, terminal, effects } = home();
  await stdin.press(keys.enter, keys.enter, keys.down, keys.down, keys.down);
  await stdin.press(keys.right, keys.right, ' ', keys.down, keys.right, keys.right, ' ');
  expect(await terminal.text()).toMatch(/--ep cpu,tensorrt\s+--precision\s+fp16/);
  await stdin.press(keys.down, ' ', ' ');
  expect(await terminal.text()).toMatch(/bench demo --ep cpu,tensorrt .*--preset\s+thesis/);
  expect(await terminal.text()).toContain('or more, by its passes');
  await stdin.press(keys.up, keys.up, ' ', keys.right, keys.right, ' ');
  expect(await terminal.text()).toContain('take one provider at least');
  await stdin.press(keys.enter);
  expect(effects).toEqual([]);
});

test('a run that was left on a board is shown with its age, and attached from there', async () => {
  const [orin] = boardChoices(
    [
      {
        name: 'orin.local',
        about: 'Jetson Orin Nano · JetPack 6.2.1',
        seenUtc: new Date(Date.now() - 190_000).toISOString(),
        cpus: 6,
        way: { port: 2222 },
        runs: [{ runId: '20261123-101500-3fa9c1', isRunning: true }],
      },
    ],
    [],
    [],
  );
  const boards = [...empty.boards, ...(orin ? [orin] : [])];
  const { stdin, terminal, effects } = home({ ...empty, boards });
  await stdin.press('a');
  expect(await terminal.text()).toContain('no run is known to be on demo; c looks there');
  await stdin.press(keys.down);
  expect(await terminal.text()).toMatch(/› orin.local .*JetPack 6.2.1 .*● run on it {2}3 min ago/);
  await stdin.press('a');
  expect(effects.map(({ effect }) => effect)).toEqual(['attach']);
  await stdin.press('c', 'c');
  expect(effects.map(({ effect }) => effect)).toEqual(['attach', 'check']);
  expect(await terminal.text()).toContain('still looking at orin.local');
  const [measured] = effects;
  expect(measured && wishArguments(measured.state).slice(-2)).toEqual(['--port', '2222']);
});

test('a board of the fleet file keeps its name and its way, and has what was seen of it', () => {
  const fleet = [plainBoard('10.0.0.7', { name: 'rack-7', user: 'nvidia', tags: ['lab'] })];
  const seen = { name: '10.0.0.7', about: 'AGX', seenUtc: '2026-11-23T10:15:00Z', cpus: 12 };
  const choices = boardChoices([{ ...seen, way: {}, runs: [] }], fleet, ['10.0.0.7', 'nx']);
  expect(choices.map(({ name }) => name)).toEqual(['rack-7', 'demo', 'nx']);
  expect(choices[0]).toMatchObject({
    about: 'AGX',
    board: { host: '10.0.0.7', cpus: 12, way: { login: 'nvidia' } },
  });
});

test('what is new since is shown without moving what the pointer is at', () => {
  const state = { ...initialHome(lived), board: { ...initialHome(lived).board, at: 3 } };
  const boards = [{ name: 'new', about: '' }, ...lived.boards.toReversed()];
  const after = withContent(state, { ...lived, boards });
  expect(chosen(after.board)).toBe('orin-2');
  expect(after.board.choices.map(({ name }) => name).slice(0, 3)).toEqual([
    'new',
    'demo',
    'orin-0',
  ]);
});

test('a host can be typed; letters are text there, and Escape does not quit', async () => {
  const { stdin, terminal, effects } = home();
  await stdin.press(keys.down, 'q', '@', 'orin?', keys.backspace);
  expect(await terminal.text()).toContain('q@orin▏');
  await stdin.press(keys.enter, keys.enter, keys.enter);
  expect(effects.map(({ effect }) => effect)).toEqual(['measure']);
  expect(effects[0] && wishArguments(effects[0].state)[1]).toBe('q@orin');
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
  expect(estimatePlan(board, null)).toMatchObject({ isExact: false, blocks: '5 to 20' });
  const thorough = { ...board, plan: { ...board.plan, effort: 'thorough' as const } };
  expect(wishArguments(thorough)).toContain('--thorough');
  const gpu = { ...board, plan: { ...board.plan, providers: ['cpu', 'trtexec'] as const } };
  expect(estimatePlan(gpu, null)).toMatchObject({ buildsEngines: true });
  expect(planLines(gpu, 4, 80, canvasOf({ columns: 80, rows: 24 }).theme).amount).toMatch(
    /up to about [\d:]+.* \+ engines/,
  );
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
