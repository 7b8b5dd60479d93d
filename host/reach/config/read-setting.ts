import { readNamed } from '../../workstation/named-file.ts';

/** More than any known_hosts or ssh_config has. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The text of a file of ssh's; one that is not there or cannot be read says nothing, as for ssh.
 */
export async function readSetting(path: string): Promise<string> {
  return await readNamed(path, { maxBytes: MAX_BYTES }).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  );
}
