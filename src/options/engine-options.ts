import { basename } from 'node:path';
import { executionProviders, precisions } from '../../agent/contract/choices.ts';
import { OrinError } from '../../host/errors.ts';
import { epChoices, ortEngines } from '../../host/plan/engine-target.ts';
import type { CellSettings } from '../../host/plan/settings.ts';
import {
  choice,
  flag,
  type OptionRow,
  optional,
  type Rows,
  repeated,
  text,
  withDefault,
} from './option-row.ts';
import { choicesFrom, pair, share } from './parse-values.ts';

type EngineSettings = Pick<
  CellSettings,
  | 'providers'
  | 'gpu'
  | 'engines'
  | 'ort_package'
  | 'ort_library'
  | 'ep_options'
  | 'precisions'
  | 'profile'
>;

const shortPath = (path: string | null) => (path === null ? null : basename(path));

export const ortPackageOption: OptionRow<string | null> = {
  ...text(
    '--ort <name|dir|tgz|npm>',
    'your GPU build of onnxruntime-node (default: the one of `runtime add`, else that of npm)',
  ),
  privacy: 'shortened',
  shorten: shortPath,
};

/** Where and through what the model runs. */
export const engineOptions = {
  providers: withDefault(
    '--ep <providers>',
    'cpu, cuda, tensorrt, webgpu or trtexec; never a fallback',
    'cpu',
    { parse: (list) => choicesFrom(list, '--ep', epChoices), write: String },
  ),
  gpu: choice('--gpu <auto>', 'also the best GPU engine of the board', ['auto']),
  engines: optional(
    '--engine <list>',
    'ort (onnxruntime-node), ort-capi (the C interface) (default: ort)',
    { parse: (list) => choicesFrom(list, '--engine', ortEngines), write: String },
  ),
  ort_package: ortPackageOption,
  ort_library: {
    ...optional(
      '--ort-lib <path>',
      'libonnxruntime.so on the board, for ort-capi, which it implies where --engine says nothing',
      { parse: libraryFrom },
    ),
    privacy: 'shortened',
    shorten: shortPath,
  },
  ep_options: {
    flags: '--ep-option <ep.key=value>',
    about: 'e.g. tensorrt.trt_fp16_enable=1',
    fallback: {},
    shown: '[]',
    privacy: 'public',
    parse: epOption,
    write: epOptionTexts,
  },
  precisions: repeated(
    '--precision <list>',
    'fp32, tf32, fp16, int8: what the GPU computes in (default: as the model is; NVIDIA takes fp32 as tf32)',
    precisionsFrom,
    String,
  ),
  profile: flag('--profile', 'print the operators and their times, the longest first'),
} satisfies Rows<EngineSettings>;

function libraryFrom(path: string): string {
  if (/^\/[^\0]{1,1000}$/.test(path)) return path;
  throw new OrinError({
    code: 'usage',
    what: `--ort-lib ${path}: not an absolute path`,
    why: 'it is a file on the board',
    next: 'write it like --ort-lib /usr/local/lib/libonnxruntime.so',
  });
}

type EpOptions = CellSettings['ep_options'];

function epOption(text: string, before: EpOptions = {}): EpOptions {
  const said = Object.fromEntries(epOptionTexts(before).map((each) => splitOnce(each, '=')));
  const at = text.indexOf('=');
  pair(text, '--ep-option', said);
  const [key, value] = [text.slice(0, at), text.slice(at + 1)];
  const [ep, name] = splitOnce(key, '.');
  const provider = executionProviders.find((known) => known === ep);
  if (provider === undefined || name === '') {
    throw new OrinError({
      code: 'usage',
      what: `--ep-option ${key}=${value}: it does not begin with a provider and a dot`,
      why: `providers are ${executionProviders.join(', ')}`,
      next: 'write it like --ep-option cuda.cudnn_conv_algo_search=EXHAUSTIVE',
    });
  }
  return { ...before, [provider]: { ...before[provider], [name]: value } };
}

function epOptionTexts(options: EpOptions): string[] {
  return executionProviders.flatMap((ep) =>
    Object.entries(options[ep] ?? {}).map(([name, value]) => `${ep}.${name}=${value}`),
  );
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

/** A share, which is no type of number, is the target: that is what the option was for once. */
function precisionsFrom(list: string): CellSettings['precisions'] {
  if (/^[\d.]+%?$/.test(list.trim())) return [share(list, '--precision')];
  return choicesFrom(list, '--precision', precisions);
}
