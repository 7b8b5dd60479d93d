import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const read = async (name: string) => JSON.parse(await readFile(name, 'utf8'));

interface Lock {
  readonly packages: Record<
    string,
    {
      readonly hasInstallScript?: boolean;
      readonly link?: boolean;
      readonly version?: string;
      readonly integrity?: string;
    }
  >;
}

test('no dependency runs a script of its own at npm ci, which would need more than the npm registry', async () => {
  // npm before 11.16 reads hasInstallScript from the lock file; later ones ask allowScripts.
  const lock: Lock = await read('package-lock.json');
  const withScripts = Object.entries(lock.packages)
    .filter(([name, entry]) => name !== '' && entry.hasInstallScript)
    .map(([name]) => name);
  expect(withScripts, 'delete hasInstallScript after each npm install').toEqual([]);
  const { allowScripts } = await read('package.json');
  expect(allowScripts).toMatchObject({ 'onnxruntime-node': false, ssh2: false });
});

test('every dependency is locked with its integrity, those of other platforms as well', async () => {
  // npm leaves it out of entries for platforms that it did not install; then any bytes of that name
  // would do.
  const { packages }: Lock = await read('package-lock.json');
  const open = Object.entries(packages)
    .filter(([name, { link }]) => name !== '' && link !== true)
    .filter(([, { integrity = '' }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity))
    .map(([name, { version }]) => `${name.replace(/^.*node_modules\//, '')}@${version}`);
  expect(open, 'fill in what `npm view NAME dist.integrity` says').toEqual([]);
});
