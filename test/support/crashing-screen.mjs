// Opens a screen and fails as no program should: whatever happens, the terminal must be given back.
import { Screen } from '../../src/tui/frame/screen.ts';

const screen = new Screen(process.stderr);
screen.enter();
screen.write('all is well');
setTimeout(() => {
  throw new Error('a bug');
}, 500);
