import { open } from 'node:fs/promises';

/** What an ELF file says about where it can run. */
export interface ElfFacts {
  /** Null for machines we have no runtime for. */
  readonly platform: 'linux-arm64' | 'linux-x64' | null;
  /** Newest C library version that it names, `2.31`; null when it names none. */
  readonly glibc: string | null;
  /** Releases of ONNX Runtime whose symbols it has or asks for: `1.30.0`. */
  readonly ortVersions: readonly string[];
}

const machines: Readonly<Record<number, 'linux-arm64' | 'linux-x64'>> = {
  62: 'linux-x64',
  183: 'linux-arm64',
};

const pieceBytes = 4 * 1024 * 1024;
/** Longer than any symbol version, so that none is lost between two pieces. */
const overlap = 32;

/**
 * Reads the machine of an ELF header, and the versions of symbols by their names, which stand as
 * plain text in the strings of `.gnu.version_r` and `.gnu.version_d`. Null when the file is no
 * 64-bit little-endian ELF file.
 */
export async function readElf(path: string): Promise<ElfFacts | null> {
  const file = await open(path);
  try {
    const header = Buffer.alloc(20);
    await file.read(header, 0, header.length, 0);
    // EI_MAG 7f 45 4c 46, EI_CLASS 2 is 64 bits, EI_DATA 1 is little-endian; e_machine is at 18.
    if (header.readUInt32BE(0) !== 0x7f454c46 || header.readUInt16BE(4) !== 0x0201) return null;
    const platform = machines[header.readUInt16LE(18)] ?? null;
    let newest: number | null = null;
    const ortVersions = new Set<string>();
    const piece = Buffer.alloc(pieceBytes);
    for (let at = 0; ; at += pieceBytes - overlap) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes, at);
      const text = piece.toString('latin1', 0, bytesRead);
      for (const [, minor] of text.matchAll(/GLIBC_2\.(\d{1,2})\b/g)) {
        newest = Math.max(newest ?? 0, Number(minor));
      }
      for (const [, version = ''] of text.matchAll(/VERS_(\d{1,3}\.\d{1,3}\.\d{1,3})(?!\d)/g)) {
        ortVersions.add(version);
      }
      if (bytesRead < pieceBytes) break;
    }
    return {
      platform,
      glibc: newest === null ? null : `2.${newest}`,
      ortVersions: [...ortVersions],
    };
  } finally {
    await file.close();
  }
}
