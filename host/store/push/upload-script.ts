import { hashFunction } from '../../board/verified-runtime.ts';
import { word } from '../../shell/sh.ts';
import { type Packing, unpackCommand } from './packing.ts';
import { type Segment, segmentName } from './segments.ts';

export interface UploadTarget {
  /** The base directory on the board. */
  readonly base: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly packing: Packing;
  /** Bytes on the wire: of the packed file, or the file's own. */
  readonly wireBytes: number;
  /** Makes names that no other upload has. */
  readonly unique: string;
}

/** The path of a stored file, relative to the base directory. */
export function storePath(sha256: string): string {
  return `store/sha256/${sha256.slice(0, 2)}/${sha256}`;
}

/**
 * Receives one segment from standard input. Answers: `present` when the file is in the store by now; `have
 * <bytes> <sha256>` of what an earlier upload left in `store/incoming`, after which it reads our header;
 * then `stored`, `received <name>` (a segment of several), `short <bytes>`, or `damaged`.
 */
export function receiveScript(target: UploadTarget, segment: Segment): string {
  const name = segmentName(target.sha256, target.packing, segment);
  const isWhole = segment.count === 1;
  return [
    ...prelude(target),
    `p=incoming/${name}`,
    `u=incoming/${name}.${target.unique}`,
    // The kernel drops this lock with the last process that holds it, so there are no stale ones. When another
    // upload of the same bytes holds it, we go on beside it from a copy of what it has.
    'exec 9>> "$p"',
    'if flock -n 9 && [ "$p" -ef /proc/self/fd/9 ]; then :; else q=$p; p=$u; exec 9>> "$p"; flock -n 9; cat "$q" > "$p" 2> /dev/null; fi',
    // Another upload may have stored the file before our lock told it that we are here.
    'if stored; then rm -f "$p"; say present; exit 0; fi',
    's=$(stat -c %s "$p")',
    'h=-',
    'if [ "$s" -gt 0 ]; then h=$(hash < "$p"); fi',
    `say have $s \${h%% *}`,
    'o=',
    'read -r o',
    // No header: the connection was cut, and what is here stays for the next try.
    'case "$o" in "$s") ;; 0) : > "$p";; *) exit 7;; esac',
    ...(isWhole ? receiveWhole(target) : receivePart(segment)),
  ].join('; ');
}

/** One channel carries everything, and what is packed is unpacked while it arrives. */
function receiveWhole(target: UploadTarget): string[] {
  // When the disk refuses a byte, what was written of it frees its space at once.
  if (target.packing === 'raw') {
    return ['cat >> "$p" || rm -f "$p"', 't=$p', verifyAndStore(target, '"$p"')];
  }
  return [
    ...temporary(target),
    'if tee --output-error=exit < /dev/null > /dev/null 2>&1; ' +
      `then { cat "$p"; tee -a --output-error=exit "$p" || rm -f "$p"; } | ${unpackCommand[target.packing]} > "$t"; ` +
      // A tee that goes on after its disk was full would hide that; then it is unpacked when all of it is there.
      `else cat >> "$p" || rm -f "$p"; ${unpackCommand[target.packing]} < "$p" > "$t"; fi`,
    verifyAndStore(target, '"$p"'),
  ];
}

function receivePart({ startByte, endByte }: Segment): string[] {
  return [
    'cat >> "$p" || rm -f "$p"',
    's=$(stat -c %s "$p" || echo 0)',
    `if [ "$s" -eq ${endByte - startByte} ]; then say received "$p"; else tidy; say short $s; fi`,
  ];
}

/**
 * Puts received segments together. It is started early and waits for one line that names them all, so that only
 * half a round trip lies between the last segment and this. Answers as `receiveScript` does in the end.
 */
export function assembleScript(target: UploadTarget): string {
  const join =
    target.packing === 'raw'
      ? ['t=$1', 'shift', 'cat "$@" >> "$t"']
      : [...temporary(target), `cat "$@" | ${unpackCommand[target.packing]} > "$t"`];
  return [
    ...prelude(target),
    'read -r l || exit 7',
    'set -- $l',
    'a=$l',
    // Stored by another upload meanwhile, which may have taken our segments for left over.
    'if stored; then rm -f $a; tidy; say stored; exit 0; fi',
    ...join,
    verifyAndStore(target, '$a'),
  ].join('; ');
}

/** What is received is hashed after it was written: beside the write every byte is copied twice more (0.15 s for 85 MB). */
function prelude({ base, sha256, sizeBytes }: UploadTarget): string[] {
  const directory = `sha256/${sha256.slice(0, 2)}`;
  return [
    'export LC_ALL=C',
    hashFunction,
    `cd ${word(base)} && mkdir -p store/incoming store/${directory} && cd store || exit 6`,
    `d=${directory}/${sha256}`,
    tidyFunction,
    `stored() { [ -f $d ] && [ $(stat -c %s $d) -eq ${sizeBytes} ]; }`,
    'if stored; then tidy; say present; exit 0; fi',
  ];
}

/**
 * Removes what other uploads left of files that are in the store by now, unless they are still at it: several may have
 * sent the same file at once. Ours is let go of before.
 */
const tidyFunction =
  `tidy() { exec 9>&-; for q in incoming/*.part*; do n=\${q#incoming/}; n=\${n%%.*}; ` +
  `[ -f "sha256/\${n%"\${n#??}"}/$n" ] && flock -n "$q" rm -f "$q"; done; }`;

/** Removes `$t` however the script ends. An answer into a cut connection is a SIGPIPE, which no exit trap sees. */
const removeAtEnd = ['trap "rm -rf $t" 0', 'trap "exit 9" 1 2 13 15'];

function temporary({ sha256, unique }: UploadTarget): string[] {
  return [`t=incoming/${sha256}.${unique}.tmp`, ...removeAtEnd];
}

/**
 * Size and hash are checked before the rename, so that a file in the store is whole. It is not synced one by one:
 * on an SD card that would make a person wait for seconds, and after a power cut ext4 shows a file that never
 * reached the disk as shorter, which the next probe sees by its size. But writing back must not fall into the
 * measurement, so it is started here and goes on while Node and the model load.
 */
function verifyAndStore(target: UploadTarget, parts: string): string {
  const { sha256, sizeBytes, wireBytes } = target;
  return [
    'z=$(stat -c %s "$t" 2> /dev/null || echo 0)',
    `h=-; if [ "$z" -eq ${sizeBytes} ]; then h=$(hash < "$t"); fi`,
    `if [ "\${h%% *}" = ${sha256} ] && mv -f "$t" $d; ` +
      `then rm -f ${parts}; tidy; say stored; (sync -f $d 9>&- > /dev/null 2>&1 < /dev/null &); ` +
      `else s=$(cat ${parts} 2> /dev/null | wc -c); ` +
      `if [ "$s" -ge ${wireBytes} ]; then rm -f ${parts}; say damaged; else tidy; say short $s; fi; fi`,
  ].join('; ');
}

/** One small file of a batch. */
export interface SmallFile {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Receives many small files as one stream, in the given order. Answers `stored`, or `damaged <sha256>` for the
 * first that was cut or wrong; then none of them is stored.
 */
export function receiveBatchScript(
  base: string,
  unique: string,
  files: readonly SmallFile[],
): string {
  const list = files.map(({ sha256, sizeBytes }) => `${sha256}:${sizeBytes}`).join(' ');
  return [
    'export LC_ALL=C',
    `t=incoming/batch.${unique}`,
    `cd ${word(base)} && mkdir -p store/incoming store/sha256 && cd store && mkdir $t || exit 6`,
    ...removeAtEnd,
    // As one file first: BusyBox's head reads ahead on a pipe. dd reads of a file what it is asked for, and needs no option.
    'cat > $t/all; exec 3< $t/all',
    `for e in ${list}; do f=$t/\${e%%:*}; n=\${e##*:}; : > $f; if [ $n -gt 0 ]; then w=$(dd bs=$n count=1 2>&1 > $f <&3) || { echo "$w" >&2; break; }; fi; done`,
    'exec 3<&-; rm -f $t/all',
    `for e in ${list}; do [ "$(stat -c %s $t/\${e%%:*} 2> /dev/null)" = \${e##*:} ] || { say damaged \${e%%:*}; exit 5; }; done`,
    'cd $t',
    'b=$(sha256sum * | while read -r h f; do [ "$h" = "$f" ] || echo $f; done | head -n 1)',
    'cd ../..',
    'if [ -n "$b" ]; then say damaged $b; exit 5; fi',
    `for e in ${list}; do h=\${e%%:*}; d=sha256/\${h%"\${h#??}"}; mkdir -p $d && mv -f $t/$h $d/$h || exit 6; done`,
    'say stored',
  ].join('; ');
}
