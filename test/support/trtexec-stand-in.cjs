// Stands in for trtexec where there is no GPU: takes the flags of the release it says it is and no others,
// refuses as the real one does, and replays real times. It computes y = -x from the inputs it is given.
const fs = require('node:fs');
const path = require('node:path');

const fixtures = path.resolve(__dirname, '../fixtures/trtexec');
const numbers = { 8.5: '8502', 8.6: '8601', 10.3: '100300', 10.16: '101600', 11.1: '110100' };

function flagsOf(version) {
  const [head, ...rows] = fs
    .readFileSync(path.join(fixtures, 'trtexec-flags.tsv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  const column = head.indexOf(version);
  const known = rows.filter((row) => row[column] === 'yes').map(([flag]) => flag);
  // Not in the table, which lists what releases differ in: every one from 8.5 to 11.1 has these two.
  return new Set([...known, '--exposeDMA', '--help']);
}

const elements = {
  float32: Float32Array,
  int8: Int8Array,
  int32: Int32Array,
  int64: BigInt64Array,
};

/** What an engine of this release takes where the model declares `dtype`: its parser and trtexec itself change some. */
function bindingOf(dtype, number) {
  if (dtype === 'float64') return 'float32';
  if (dtype === 'int64' && number < 9000) return 'int32';
  return dtype === 'int8' && number < 100100 ? 'float32' : dtype;
}

/** Elements of an input file. Before 10 more bytes than needed are not noticed, from 10 on twice as many are not. */
function readInput(file, Elements, count, number, fail) {
  const bytes = fs.readFileSync(file);
  const size = count * Elements.BYTES_PER_ELEMENT;
  const isTaken = number < 100000 ? bytes.length >= size : [size, 2 * size].includes(bytes.length);
  const found = `${bytes.length} bytes`;
  if (!isTaken) fail(`Unexpected file size for input file: ${file}. Expected: ${size}, ${found}`);
  return new Elements(new Uint8Array(bytes.subarray(0, size)).buffer);
}

/**
 * Saves as a C++ stream does: as much as there is room for. The real one mostly sees that something is missing, and says no more
 * than that; what is written only when the stream is closed it does not look at (`save unnoticed`).
 */
function saveEngine(file, bytes, fault, fail) {
  const descriptor = fs.openSync(file, 'w');
  try {
    for (let done = 0; done < bytes.length; ) done += fs.writeSync(descriptor, bytes, done);
  } catch {
    if (fault !== 'save unnoticed') fail('Saving engine to file failed.', 'Engine set up failed');
  }
}

/** Loads an engine as a TensorRT that knows its own by their first bytes. */
function loadEngine(file, magic, fail) {
  const bytes = fs.readFileSync(file);
  const words = ['Got invalid engine!', 'Inference set up failed'];
  if (bytes.length === 0) fail('Engine blob is empty. Nothing to deserialize!', ...words);
  if (bytes.subarray(0, magic.length).toString() === magic) return;
  fail(
    'Error[1]: [stdArchiveReader.cpp::StdArchiveReader::32] Error Code 1: Serialization (Serialization assertion magicTagRead == kMAGIC_TAG failed.Magic tag does not match)',
    'Error[4]: [runtime.cpp::deserializeCudaEngine::65] Error Code 4: Internal Error (Engine deserialization failed.)',
    'Engine deserialization failed',
    ...words,
  );
}

/**
 * What is written of an output whose shape depends on the data. The context knows it as -1; the elements of that are none, and
 * from 10.4 on a line about its real shape stands before the values.
 */
function shapeOfData(shape, list, number) {
  return number < 100400
    ? ['"-1x8"', '']
    : ['"-1x8"', `Final shape is ${shape} reported by the output allocator.\n${list}`];
}

/** Runs as trtexec `config.version` with a model of input `x`; `config.fault` names what goes wrong. */
module.exports = function standIn(config) {
  const { version, fault, isStatic, buildMs = 0, loopMs = 0, log, dtype = 'float32' } = config;
  const { magic = 'an engine', engineBytes = magic.length } = config;
  const words = process.argv.slice(2);
  const number = numbers[version];
  const say = (level, text) => console.log(`[05/13/2025-10:36:46] [${level}] ${text}`);
  const command = `[TensorRT v${number}] # trtexec ${words.join(' ')}`;
  const end = (isPassed) => {
    console.log(`&&&& ${isPassed ? 'PASSED' : 'FAILED'} TensorRT.trtexec ${command}`);
    process.exit(isPassed ? 0 : 1);
  };
  const fail = (...texts) => {
    for (const text of texts) say('E', text);
    end(false);
  };
  fs.appendFileSync(log, `${JSON.stringify(words)}\n`);
  if (fault === 'other program') {
    console.log('usage: something else');
    process.exit(1);
  }
  console.log(`&&&& RUNNING TensorRT.trtexec ${command}`);
  const flags = flagsOf(version);
  const given = new Map(words.map((word) => [word.split('=', 1)[0], word.replace(/^[^=]*=?/, '')]));
  if (given.has('--help')) {
    console.log('=== Options ===');
    for (const flag of flags)
      console.log(`  ${flag}=N    words about it, unlike --workspace and --fp16 of old`);
    process.exit(0);
  }
  const unknown = [...given].filter(([flag]) => !flags.has(flag));
  for (const [flag, value] of unknown) say('E', `Unknown option: ${flag} ${value}`);
  if (unknown.length > 0) end(false);
  if (fault === 'hang') return setTimeout(() => {}, 1e9);
  // As the real one: what it does, and nothing of its end.
  if (fault === 'crash' || fault === 'killed') {
    say('I', '=== Model Options ===');
    say('I', 'Start parsing network model.');
    process.kill(process.pid, fault === 'crash' ? 'SIGSEGV' : 'SIGKILL');
  }
  if (fault === 'parse') {
    say('E', '[TRT] ModelImporter.cpp:732: While parsing node number 3 [Foo -> "y"]: no importer');
    say('E', 'Failed to parse onnx file');
    end(false);
  }
  if (isStatic && given.has('--onnx') && given.has('--shapes')) {
    say(
      'E',
      'Static model does not take explicit shapes since the shape of inference tensors will be determined by the model itself',
    );
    end(false);
  }
  const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  if (given.has('--onnx')) {
    sleep(buildMs);
    fs.accessSync(given.get('--onnx'));
    saveEngine(
      given.get('--saveEngine'),
      Buffer.alloc(engineBytes, fault === 'bad build' ? 'broken' : magic),
      fault,
      fail,
    );
    say('I', 'Engine built in 42.1 sec.');
    end(true);
  }
  // From 11 on, spin wait is the default: asking for it is deprecated.
  if (flags.has('--noSpinWait') && given.has('--useSpinWait')) {
    say('W', '--useSpinWait is deprecated. Spin wait is now enabled by default.');
  }
  loadEngine(given.get('--loadEngine'), magic, fail);
  say('W', '[TRT] Using an engine plan file across different models of devices is not recommended');
  say('I', 'Starting inference');
  if (fault === 'memory') {
    say('E', 'Cuda failure: out of memory');
    end(false);
  }
  if (given.has('--exportProfile')) {
    const profile = fs.readFileSync(
      path.join(fixtures, 'trtexec-exportProfile.sample.json'),
      'utf8',
    );
    if (fault === 'no profile') {
      say('E', 'Could not write the profile');
      end(false);
    }
    const hostile = profile.replace('"name" : "', '"name" : "\u001b[2J"}, {"name" : "');
    const text =
      { 'cut profile': profile.slice(0, 40), 'hostile profile': hostile }[fault] ?? profile;
    fs.writeFileSync(given.get('--exportProfile'), text);
    end(true);
  }
  sleep(loopMs);
  say('I', 'Timing trace has 25 queries over 3.0 s');
  const times = fs.readFileSync(path.join(fixtures, 'trtexec-exportTimes.sample.json'), 'utf8');
  fs.writeFileSync(given.get('--exportTimes'), fault === 'cut times' ? times.slice(0, 900) : times);
  const file = given.get('--loadInputs').replace(/^.*:/, '');
  // A static model knows its shape: the tests have one of 1x8.
  const dimensions = (given.get('--shapes') ?? 'x:1x8').replace(/^.*:/, '').split('x');
  const count = dimensions.reduce((product, length) => product * Number(length), 1);
  const input = readInput(file, elements[bindingOf(dtype, number)], count, number, fail);
  const values = input.map((value) => -value);
  if (fault === 'wrong answers') values[0] = 7;
  const list = fault === 'nan' ? 'nan, -inf' : [...values].join(', ');
  const shape = fault === 'nan' ? '1x2' : `1x${values.length}`;
  const written =
    fault === 'shape of data' ? shapeOfData(shape, list, number) : [`"${shape}"`, list];
  fs.writeFileSync(
    given.get('--exportOutput'),
    `[\n  { "name" : "y"\n  , "dimensions" : ${written[0]}\n  , "values" : [ ${written[1]} ]\n  }\n]\n`,
  );
  if (fault === 'huge outputs') fs.truncateSync(given.get('--exportOutput'), 65 * 1024 * 1024);
  say('W', '* GPU compute time is unstable, with coefficient of variance = 1.7%.');
  end(true);
};
