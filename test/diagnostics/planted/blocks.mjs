/**
 * Functions that block the event loop, each for some 500 ms, and the function that must be named as the culprit; `null` where
 * none may be named, with the cause; or both, where it depends on the version of V8.
 */
import { execFileSync } from 'node:child_process';
import { createHash, pbkdf2Sync, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateSync, gzipSync } from 'node:zlib';
import { slowLibrary } from './library.mjs';

const library = slowLibrary();
const here = fileURLToPath(import.meta.url);

/** Milliseconds of CPU time: on a machine with other work, a block lasts longer and is no less of a block. */
const MS = 500;
const cpuTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const ended = (begin) => cpuTime() - begin >= MS;

/** Where results go: V8 removes a loop whose result is not used, and the function is then not what takes the time. */
let sink = 0;

/** Enough objects for JSON to take long. */
let rows;
const manyRows = (count) =>
  (rows ??= Array.from({ length: count }, (_, id) => ({ id, name: `row ${id}`, tags: ['a', 'b'] })));

function countPrimes() {
  const begin = cpuTime();
  let found = 0;
  for (let n = 2; !ended(begin); n++) {
    let isPrime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) isPrime = false;
    if (isPrime) found++;
  }
  return found;
}

function matchNested() {
  const begin = cpuTime();
  while (!ended(begin)) /^(\w+\s?)*$/.test('aaaa aaaa aaaa aaaa aaaa!');
}

function sortByRandomKey() {
  const begin = cpuTime();
  while (!ended(begin)) Array.from({ length: 200_000 }, () => Math.random()).sort((a, b) => a - b);
}

function stringifyRows() {
  const begin = cpuTime();
  while (!ended(begin)) JSON.stringify(manyRows(20_000));
}

function parseManySmall() {
  const text = JSON.stringify(manyRows(20_000).slice(0, 50));
  const begin = cpuTime();
  while (!ended(begin)) JSON.parse(text);
}

function parseWithReviver() {
  const text = JSON.stringify(manyRows(20_000).slice(0, 2000));
  const begin = cpuTime();
  while (!ended(begin)) JSON.parse(text, (key, value) => value);
}

function parseOneLarge() {
  JSON.parse(`[${'{"a":[1,2,3],"b":"some text"},'.repeat(1_500_000)}0]`);
}

function readFilesSync() {
  const begin = cpuTime();
  while (!ended(begin)) readFileSync(here);
}

function statFilesSync() {
  const begin = cpuTime();
  while (!ended(begin)) statSync(here);
}

function hashMany() {
  const bytes = randomBytes(10_000);
  const begin = cpuTime();
  while (!ended(begin)) createHash('sha256').update(bytes).digest();
}

function deriveKey() {
  pbkdf2Sync('password', 'salt', 1_200_000, 64, 'sha512');
}

function gzipMany() {
  const bytes = randomBytes(20_000);
  const begin = cpuTime();
  while (!ended(begin)) gzipSync(bytes);
}

function deflateOneLarge() {
  deflateSync(Buffer.from(randomBytes(30_000_000)), { level: 9 });
}

function runCommand() {
  execFileSync('sleep', ['0.5']);
}

function waitForLock() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
}

async function awaitInLoop() {
  const begin = cpuTime();
  let sum = 0;
  while (!ended(begin)) {
    for (let i = 0; i < 1e4; i++) sum += Math.sqrt(i);
    sum += await Promise.resolve(1);
  }
  return sum;
}

async function awaitNothing() {
  const begin = cpuTime();
  while (!ended(begin)) await Promise.resolve();
}

function chainPromises() {
  const begin = cpuTime();
  let chain = Promise.resolve(0);
  const addUp = (sum) => {
    for (const { tags } of manyRows(20_000)) sum += tags.join().length;
    if (!ended(begin)) chain = chain.then(addUp);
    return sum;
  };
  chain = chain.then(addUp);
}

function floodMicrotasks() {
  const begin = cpuTime();
  queueMicrotask(function nextMicrotask() {
    for (let i = 0; i < 1e4; i++) sink += Math.sqrt(i);
    if (!ended(begin)) queueMicrotask(nextMicrotask);
  });
}

function floodTicks() {
  const begin = cpuTime();
  process.nextTick(function nextTick() {
    for (let i = 0; i < 1e4; i++) sink += Math.sqrt(i);
    if (!ended(begin)) process.nextTick(nextTick);
  });
}

function collectGarbage() {
  const kept = [];
  const begin = cpuTime();
  while (cpuTime() - begin < MS) {
    for (let i = 0; i < 20_000; i++) kept.push({ i, list: [i, i + 1], text: `text ${i}` });
    if (kept.length > 400_000) globalThis.gc();
  }
}

function fibonacci(n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}
function computeFibonacci() {
  const begin = cpuTime();
  while (!ended(begin)) fibonacci(24);
}

function replaceInText() {
  const begin = cpuTime();
  let text = 'a b c '.repeat(20_000);
  while (!ended(begin)) text = text.replace(/\w/g, (letter) => letter.toUpperCase());
}

function* allPairs(count) {
  for (let a = 0; a < count; a++) for (let b = 0; b < count; b++) yield a * b;
}
function sumPairs() {
  const begin = cpuTime();
  while (!ended(begin)) for (const product of allPairs(300)) if (product < 0) return;
}

function readThroughProxy() {
  const proxy = new Proxy({}, { get: (_, key) => String(key).length });
  const begin = cpuTime();
  let length = 0;
  while (!ended(begin)) for (let i = 0; i < 1000; i++) length += proxy[`key${i}`];
  return length;
}

class Invoice {
  constructor() {
    const begin = cpuTime();
    this.total = 0;
    while (!ended(begin)) this.total += Math.sqrt(this.total + 2);
  }
  get tax() {
    const begin = cpuTime();
    let tax = 0;
    while (!ended(begin)) tax += Math.sqrt(this.total + tax);
    return tax;
  }
  static import() {
    const begin = cpuTime();
    let lines = 0;
    while (!ended(begin)) lines += 'a;b;c'.split(';').length;
    return lines;
  }
  addUp() {
    const begin = cpuTime();
    while (!ended(begin)) this.total += Math.sqrt(this.total);
  }
}
const invoice = Object.create(Invoice.prototype, { total: { value: 1, writable: true } });

function spreadInReduce() {
  const begin = cpuTime();
  while (!ended(begin)) Array.from({ length: 800 }, (_, i) => i).reduce((all, i) => ({ ...all, [i]: i }), {});
}

function groupInMap() {
  const begin = cpuTime();
  while (!ended(begin)) {
    const groups = new Map();
    for (let i = 0; i < 10_000; i++) groups.set(i % 100, [...(groups.get(i % 100) ?? []), i]);
  }
}

function validateOrders() {
  return library.validateAll(MS);
}

function evaluateRules() {
  const rules = 'let n = 0; const begin = cpuTime(); while (cpuTime() - begin < ms) n++; return n;';
  // oxlint-disable-next-line typescript/no-implied-eval -- what is tested
  return new Function('cpuTime', 'ms', rules)(cpuTime, MS);
}

function evaluateText() {
  // oxlint-disable-next-line no-eval -- what is tested
  return eval('let n = 0; const begin = cpuTime(); while (!ended(begin)) n++; n');
}

function emitToListeners() {
  const emitter = new EventEmitter();
  const begin = cpuTime();
  emitter.on('row', function onRow() {
    for (let i = 0; i < 1e5; i++) sink += Math.sqrt(i);
  });
  while (!ended(begin)) emitter.emit('row');
}

function loopInWasm() {
  // (func (param i32) (loop: subtract 1 until 0))
  const code = 'AGFzbQEAAAABBQFgAX8AAwIBAAcFAQFmAAAKEAEOAANAIABBAWsiAA0ACws=';
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(code, 'base64')));
  const begin = cpuTime();
  while (!ended(begin)) exports.f(100_000_000);
}

function sortTyped() {
  const begin = cpuTime();
  while (!ended(begin)) Float64Array.from({ length: 100_000 }, Math.random).sort((a, b) => b - a);
}

function powerOfBigInt() {
  const begin = cpuTime();
  let n = 3n;
  while (!ended(begin)) n = (n * n) % 1_000_000_007n;
}

function multiplyMatrices() {
  const size = 60;
  const row = (i) => Array.from({ length: size }, (_, j) => i + j);
  const [a, b] = [row, row].map((of) => Array.from({ length: size }, (_, i) => of(i)));
  const begin = cpuTime();
  while (!ended(begin)) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) for (let k = 0; k < size; k++) sink += a[i][k] * b[k][j];
    }
  }
}

function compareTexts(one = 'the event loop is blocked', other = 'the loop of events is locked') {
  const begin = cpuTime();
  while (!ended(begin)) {
    let row = Array.from({ length: other.length + 1 }, (_, i) => i);
    for (let i = 1; i <= one.length; i++) {
      const next = [i];
      for (let j = 1; j <= other.length; j++) {
        const cost = one[i - 1] === other[j - 1] ? 0 : 1;
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + cost);
      }
      row = next;
    }
    sink += row.at(-1);
  }
}

function cloneRows() {
  const some = manyRows(20_000).slice(0, 20);
  const begin = cpuTime();
  while (!ended(begin)) structuredClone(some);
}

function formatPrices() {
  const format = new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' });
  const begin = cpuTime();
  for (let i = 0; !ended(begin); i++) sink += format.format(i).length;
}

function parseUrls() {
  const begin = cpuTime();
  for (let i = 0; !ended(begin); i++)
    sink += new URL(`https://shop.example/items/${i}?page=${i}`).port.length;
}

function buildCsv() {
  const begin = cpuTime();
  while (!ended(begin)) {
    let csv = '';
    for (const { id, name } of manyRows(20_000)) csv += `${id};"${name}"\n`;
    sink += csv.length;
  }
}

class Ledger {
  #balance = 1;
  set opening(value) {
    const begin = cpuTime();
    while (!ended(begin)) this.#balance = Math.sqrt(this.#balance + value);
  }
  close() {
    return this.#addInterest();
  }
  #addInterest() {
    const begin = cpuTime();
    while (!ended(begin)) this.#balance *= 1.000001;
    return this.#balance;
  }
}

const inImmediate = () =>
  new Promise((resolve) => {
    setImmediate(function sendReminders() {
      const begin = cpuTime();
      while (!ended(begin)) for (let i = 0; i < 1000; i++) sink += i % 7;
      resolve();
    });
  });

const onTimer = (resolve) =>
  setTimeout(() => {
    const begin = cpuTime();
    let n = 0;
    while (!ended(begin)) n++;
    resolve(n);
  }, 1);

export const BLOCKS = [
  { kind: 'a loop', run: countPrimes, blame: ['countPrimes'] },
  { kind: 'a catastrophic regular expression', run: matchNested, blame: ['matchNested'] },
  { kind: 'a sort', run: sortByRandomKey, blame: ['sortByRandomKey', 'anonymous'] },
  { kind: 'JSON.stringify of much', run: stringifyRows, blame: ['stringifyRows', null], cause: ['native'] },
  { kind: 'JSON.parse many times', run: parseManySmall, blame: ['parseManySmall'] },
  { kind: 'JSON.parse with a reviver', run: parseWithReviver, blame: ['parseWithReviver', 'anonymous'] },
  { kind: 'one JSON.parse', run: parseOneLarge, blame: [null], cause: ['native', 'gc', 'unknown'] },
  { kind: 'synchronous reads of files', run: readFilesSync, blame: ['readFilesSync'] },
  { kind: 'synchronous stats of files', run: statFilesSync, blame: ['statFilesSync'] },
  { kind: 'many hashes', run: hashMany, blame: ['hashMany'] },
  { kind: 'one pbkdf2Sync', run: deriveKey, blame: [null], cause: ['native'] },
  { kind: 'gzipSync many times', run: gzipMany, blame: ['gzipMany'] },
  { kind: 'one deflateSync', run: deflateOneLarge, blame: ['deflateOneLarge', null], cause: ['native'] },
  { kind: 'execFileSync', run: runCommand, blame: [null], cause: ['native'] },
  { kind: 'Atomics.wait', run: waitForLock, blame: ['waitForLock', null], cause: ['native'] },
  { kind: 'an await in a loop', run: awaitInLoop, blame: ['awaitInLoop'] },
  // The stack shows where the function resumes, and not what ran before.
  {
    kind: 'an await in an empty loop',
    run: awaitNothing,
    blame: ['awaitNothing', null],
    cause: ['javascript', 'unknown'],
  },
  { kind: 'a long chain of promises', run: chainPromises, blame: ['addUp'] },
  { kind: 'a flood of microtasks', run: floodMicrotasks, blame: ['nextMicrotask'] },
  { kind: 'a flood of process.nextTick', run: floodTicks, blame: ['nextTick'] },
  { kind: 'garbage collections', run: collectGarbage, blame: [null, 'collectGarbage'], cause: ['gc'] },
  { kind: 'a recursion', run: computeFibonacci, blame: ['fibonacci', 'computeFibonacci'] },
  { kind: 'replace with a function', run: replaceInText, blame: ['replaceInText', 'anonymous'] },
  { kind: 'a generator', run: sumPairs, blame: ['sumPairs', 'allPairs'] },
  { kind: 'a proxy', run: readThroughProxy, blame: ['readThroughProxy', 'get'] },
  { kind: 'a constructor', run: () => new Invoice(), blame: ['new Invoice'] },
  { kind: 'a getter', run: () => invoice.tax, blame: ['get tax'] },
  { kind: 'a static method', run: () => Invoice.import(), blame: ['import', 'Invoice.import'] },
  { kind: 'a method', run: () => invoice.addUp(), blame: ['Invoice.addUp'] },
  { kind: 'a spread in reduce', run: spreadInReduce, blame: ['spreadInReduce', 'anonymous'] },
  { kind: 'a Map', run: groupInMap, blame: ['groupInMap'] },
  { kind: 'a library', run: validateOrders, blame: ['validateOrders'] },
  { kind: "a library's own timer", run: () => library.refreshLater(MS), blame: ['refresh'] },
  { kind: 'new Function', run: evaluateRules, blame: ['evaluateRules'] },
  { kind: 'eval', run: evaluateText, blame: ['evaluateText'] },
  // On a busy machine, V8 may have no place at which it can interrupt the listener: then only its caller is seen.
  { kind: 'listeners of an event', run: emitToListeners, blame: ['onRow', 'emitToListeners'] },
  { kind: 'WebAssembly', run: loopInWasm, blame: ['loopInWasm'] },
  { kind: 'a sort of a typed array', run: sortTyped, blame: ['sortTyped', 'anonymous'] },
  { kind: 'BigInt', run: powerOfBigInt, blame: ['powerOfBigInt'] },
  { kind: 'a product of matrices', run: multiplyMatrices, blame: ['multiplyMatrices'] },
  { kind: 'a distance of texts', run: () => compareTexts(), blame: ['compareTexts'] },
  { kind: 'structuredClone many times', run: cloneRows, blame: ['cloneRows'] },
  { kind: 'Intl', run: formatPrices, blame: ['formatPrices'] },
  { kind: 'URL', run: parseUrls, blame: ['parseUrls'] },
  { kind: 'a long text', run: buildCsv, blame: ['buildCsv'] },
  { kind: 'a setter', run: () => (new Ledger().opening = 2), blame: ['set opening'] },
  {
    kind: 'a private method',
    run: () => new Ledger().close(),
    blame: ['#addInterest', 'Ledger.#addInterest'],
  },
  { kind: 'a callback of setImmediate', run: inImmediate, blame: ['sendReminders'] },
  { kind: 'an anonymous callback of a timer', run: () => new Promise(onTimer), blame: ['anonymous'] },
];
