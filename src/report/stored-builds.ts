import { formatBytes } from '../../host/quantities/bytes.ts';
import type { StoredBuild } from '../../host/store/runtime/build-store.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';

/** What a board makes of stored builds. */
interface OnBoard {
  readonly there: (build: StoredBuild) => boolean;
  readonly platform: string | null;
}

/**
 * The stored builds of onnxruntime-node, which of them is in use for its platform, and how to store
 * one.
 */
export function describeBuilds(
  builds: readonly StoredBuild[],
  terminal: Terminal,
  board?: OnBoard,
): string {
  const inUse = new Set<string>();
  const lines = [terminal.colour.bold('stored builds of onnxruntime-node')];
  for (const build of builds) {
    const isFirst = !inUse.has(build.platform);
    inUse.add(build.platform);
    const marks = [
      isFirst ? `used on every ${build.platform} board` : `--ort ${build.name}`,
      ...(board?.there(build) ? ['on this board already'] : []),
      ...(board && board.platform !== build.platform ? ['not for this board'] : []),
    ];
    lines.push(`  ${buildLine(build)}`, `      ${marks.join('; ')}`);
  }
  if (builds.length === 0) {
    lines.push(
      '  none; to store one: orin-remote runtime add DIR (docs/gpu/README.md tells how it is made)',
    );
  }
  return plainText(`${lines.join('\n')}\n`, terminal.isUnicode);
}

/** `gpu-jp6: linux-arm64, glibc 2.35, providers cuda, tensorrt, 812.4 MB` */
export function buildLine({ name, platform, glibc, providers, sizeBytes }: StoredBuild): string {
  const parts = [
    platform,
    ...(glibc === null ? [] : [`glibc ${glibc}`]),
    `provider libraries ${providers.join(', ') || 'none'}`,
    formatBytes(sizeBytes),
  ];
  return `${name}: ${parts.join(', ')}`;
}

/** For JSON. */
export function plainBuild(build: StoredBuild): Readonly<Record<string, unknown>> {
  const { id, name, platform, glibc, providers, librarySha256, sizeBytes, addedUtc } = build;
  return {
    name,
    id,
    platform,
    glibc,
    providers,
    library_sha256: librarySha256,
    bytes: sizeBytes,
    added_utc: addedUtc,
  };
}
