// Made of the files in worker/ by `npm run build:worker`. Do not edit.
export const WORKER_SOURCE = `let node_worker_threads = require("node:worker_threads");
let node_timers_promises = require("node:timers/promises");
let node_url = require("node:url");
let node_fs = require("node:fs");
let node_inspector = require("node:inspector");
// src/diagnostics/blocked-loop/shared-state.ts
const RING = 16;
const INT32_WORDS = 4;
const [STOP, BEATS, BLOCKS, CONNECTED] = [
	0,
	1,
	2,
	3
];
const [LAST_BEAT, IDLE, LAST_WAIT, FIRST_BLOCK] = [
	0,
	1,
	2,
	3
];
var SharedState = class {
	buffer;
	words;
	times;
	constructor(buffer) {
		this.buffer = buffer ?? new SharedArrayBuffer(16 + (FIRST_BLOCK + 32) * 8);
		this.words = new Int32Array(this.buffer, 0, INT32_WORDS);
		this.times = new Float64Array(this.buffer, 16);
	}
	get beats() {
		return Atomics.load(this.words, BEATS);
	}
	get lastBeat() {
		return this.times[LAST_BEAT] ?? 0;
	}
	get idle() {
		return this.times[IDLE] ?? 0;
	}
	get lastWait() {
		return this.times[LAST_WAIT] ?? 0;
	}
	set lastWait(time) {
		this.times[LAST_WAIT] = time;
	}
	get blocks() {
		return Atomics.load(this.words, BLOCKS);
	}
	get isStopped() {
		return Atomics.load(this.words, STOP) === 1;
	}
	beat(now, idle) {
		this.times[LAST_BEAT] = now;
		this.times[IDLE] = idle;
		Atomics.add(this.words, BEATS, 1);
	}
	addBlock({ begin, end }) {
		const at = FIRST_BLOCK + this.blocks % RING * 2;
		this.times[at] = begin;
		this.times[at + 1] = end;
		Atomics.add(this.words, BLOCKS, 1);
	}
	blocksSince(seen) {
		const found = [];
		for (let block = Math.max(seen, this.blocks - RING); block < this.blocks; block++) {
			const at = FIRST_BLOCK + block % RING * 2;
			found.push({
				begin: this.times[at] ?? 0,
				end: this.times[at + 1] ?? 0
			});
		}
		return found;
	}
	stop() {
		Atomics.store(this.words, STOP, 1);
		Atomics.notify(this.words, STOP);
	}
	set isConnected(isConnected) {
		Atomics.store(this.words, CONNECTED, isConnected ? 1 : 0);
		Atomics.notify(this.words, CONNECTED);
	}
	waitForDisconnect(ms) {
		Atomics.wait(this.words, CONNECTED, 1, ms);
	}
	sleep(ms) {
		Atomics.wait(this.words, STOP, 0, ms);
	}
};
function monotonicMs() {
	return Number(process.hrtime.bigint()) / 1e6;
}
// src/diagnostics/blocked-loop/worker/busy-clock.ts
const MAX_STEP = 40;
var BusyClock = class {
	readUsage;
	clock;
	total = 0;
	cpu = 0;
	last = 0;
	usage;
	constructor(readUsage, clock) {
		this.readUsage = readUsage;
		this.clock = clock;
	}
	start() {
		this.total = this.cpu = 0;
		this.last = this.clock();
		this.usage = this.readUsage();
	}
	get isAsleep() {
		return this.usage !== void 0 && this.cpu < this.total / 10;
	}
	poll() {
		const now = this.clock();
		const before = this.usage;
		const after = this.usage = this.readUsage();
		const elapsed = now - this.last;
		this.last = now;
		if (before === void 0 || after === void 0) return this.total += Math.min(elapsed, MAX_STEP);
		const cpu = after.cpu - before.cpu;
		this.cpu += cpu;
		const hasWaited = after.isWaiting || after.waits !== before.waits;
		return this.total += hasWaited ? Math.max(Math.min(elapsed, MAX_STEP), cpu) : Math.min(elapsed, cpu);
	}
};
// src/diagnostics/blocked-loop/worker/event-wait.ts
const SIGHTINGS = 2;
const MAX_BUSY = 3;
var EventWait = class {
	task;
	known;
	candidate;
	sightings = 0;
	constructor(task) {
		this.task = task;
	}
	read() {
		try {
			return this.task === void 0 ? void 0 : /^\\d+ 0x[\\da-f]+/.exec(this.task.read("syscall"))?.[0];
		} catch {
			return;
		}
	}
	isWaiting(call = this.read()) {
		return call !== void 0 && call === this.known;
	}
	learn(call, busy) {
		if (busy > MAX_BUSY) return;
		if (call !== this.candidate) this.sightings = 0;
		this.candidate = call;
		if (++this.sightings >= SIGHTINGS) this.known = call;
	}
};
// src/diagnostics/blocked-loop/worker/function-entry.ts
const LONGEST_HEADER = 16;
function isAtEntry(site, text) {
	const [name, , , line, column, enclosingLine, enclosingColumn] = site;
	if (line === null || column === null || line !== enclosingLine || column < enclosingColumn) return false;
	if (text !== void 0) return !/[({;=]/.test(text.slice(enclosingColumn - 1, column - 1));
	return column - enclosingColumn <= LONGEST_HEADER + (name ?? "").length;
}
// src/diagnostics/blocked-loop/worker/segment-reader.ts
const [COMMA, SEMICOLON] = [44, 59];
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DIGITS = new Uint8Array(128);
for (const [value, code] of Buffer.from(BASE64).entries()) DIGITS[code] = value;
var SegmentReader = class SegmentReader {
	text;
	line = 0;
	column = 0;
	source = 0;
	originalLine = 0;
	isMapped = false;
	at = 0;
	constructor(text) {
		this.text = text;
	}
	copy() {
		return Object.assign(new SegmentReader(this.text), this);
	}
	next() {
		for (; this.at < this.text.length; this.at++) {
			const code = this.text.charCodeAt(this.at);
			if (code === SEMICOLON) {
				this.line++;
				this.column = 0;
			} else if (code !== COMMA) {
				this.readSegment();
				return true;
			}
		}
		return false;
	}
	readSegment() {
		this.column += this.number();
		this.isMapped = this.hasField();
		if (!this.isMapped) return;
		this.source += this.number();
		this.originalLine += this.number();
		while (this.hasField()) this.number();
	}
	hasField() {
		if (this.at >= this.text.length) return false;
		const code = this.text.charCodeAt(this.at);
		return code !== COMMA && code !== SEMICOLON;
	}
	number() {
		let [value, factor] = [0, 1];
		for (;;) {
			const digit = DIGITS[this.text.charCodeAt(this.at++)] ?? 0;
			value += (digit & 31) * factor;
			factor *= 32;
			if ((digit & 32) === 0) return value % 2 === 0 ? value / 2 : -(value - 1) / 2;
		}
	}
};
// src/diagnostics/blocked-loop/worker/source-map.ts
const DISTANCE = 1024;
var SourceMap = class SourceMap {
	content;
	checkpoints = [];
	sections;
	constructor(content) {
		this.content = content;
		const { mappings = "", sections = [] } = content;
		this.sections = sections.map(({ offset, map }) => ({
			offset,
			map: new SourceMap(map)
		}));
		const reader = new SegmentReader(mappings);
		for (let count = 0; reader.next(); count++) if (count % DISTANCE === 0) this.checkpoints.push(reader.copy());
	}
	find(line, column) {
		const section = this.sections.findLast(({ offset }) => isAtOrBefore(offset, line, column));
		if (section !== void 0) {
			const { offset, map } = section;
			return map.find(line - offset.line, line === offset.line ? column - offset.column : column);
		}
		const found = this.checkpoints.findLast((checkpoint) => isAtOrBefore(checkpoint, line, column))?.copy();
		if (found === void 0) return void 0;
		const next = found.copy();
		while (next.next() && isAtOrBefore(next, line, column)) Object.assign(found, next);
		const source = this.content.sources?.[found.source];
		if (found.line !== line || !found.isMapped || typeof source !== "string") return void 0;
		return {
			source,
			root: this.content.sourceRoot,
			line: found.originalLine
		};
	}
};
function isAtOrBefore(at, line, column) {
	return at.line < line || at.line === line && at.column <= column;
}
// src/diagnostics/blocked-loop/worker/source-positions.ts
const MAX_BYTES$1 = 33554432;
var SourcePositions = class {
	readsMaps;
	maps = new Map();
	texts = new Map();
	lines = new Map();
	constructor(readsMaps) {
		this.readsMaps = readsMaps;
	}
	find(position) {
		const { file, line, column } = position;
		try {
			const map = this.mapOf(file);
			if (map === void 0) return {
				file,
				line: this.isShifted(position) ? 0 : line
			};
			const original = map.find(line - 1, column - 1);
			if (original === void 0) return {
				file,
				line
			};
			return {
				file: sourcePath(original.source, original.root, file),
				line: original.line + 1
			};
		} catch {
			return {
				file,
				line
			};
		}
	}
	runningLine(file, line) {
		if (isTypeScript(file)) return void 0;
		let lines = this.lines.get(file);
		if (lines === void 0) this.lines.set(file, lines = this.textOf(file)?.split("\\n") ?? []);
		return lines[line - 1];
	}
	isShifted({ file, name, enclosingLine }) {
		if (!isTypeScript(file)) return false;
		const line = this.textOf(file)?.split("\\n")[enclosingLine - 1];
		return name === null || line?.includes(name) !== true;
	}
	mapOf(file) {
		if (!this.maps.has(file)) this.maps.set(file, this.loadMap(file));
		return this.maps.get(file);
	}
	loadMap(file) {
		if (!this.readsMaps) return void 0;
		const text = this.textOf(file);
		const url = (text?.slice(-1e5).match(/^\\/\\/[#@] sourceMappingURL=\\S+/gm) ?? []).at(-1)?.split("=").slice(1).join("=") ?? text?.match(INLINE)?.[1];
		try {
			const json = url?.startsWith("data:") ? Buffer.from(url.slice(url.indexOf(",") + 1), "base64").toString() : readSmall(url === void 0 ? \`\${file}.map\` : (0, node_url.fileURLToPath)(new URL(url, (0, node_url.pathToFileURL)(file))));
			return json === void 0 ? void 0 : new SourceMap(JSON.parse(json));
		} catch {
			return;
		}
	}
	textOf(file) {
		if (!this.texts.has(file)) this.texts.set(file, readSmall(file));
		return this.texts.get(file);
	}
};
const INLINE = /^\\/\\/[#@] sourceMappingURL=(data:application\\/json[^,]*;base64,\\S+)\\s*$/m;
function isTypeScript(file) {
	return /\\.[cm]?tsx?$/.test(file);
}
function readSmall(path) {
	try {
		return (0, node_fs.statSync)(path).size <= MAX_BYTES$1 ? (0, node_fs.readFileSync)(path, "utf8") : void 0;
	} catch {
		return;
	}
}
function sourcePath(source, root, file) {
	const [, bundled] = /^[a-z-]+:\\/\\/[^/]*\\/(.*)$/.exec(source) ?? [];
	if (bundled !== void 0 && !source.startsWith("file:")) return bundled.replace(/^(\\.\\/)+/, "");
	const base = (0, node_url.pathToFileURL)(file);
	return (0, node_url.fileURLToPath)(new URL(source, root ? new URL(\`\${root.replace(/\\/?$/, "/")}\`, base) : base));
}
const STACK_EXPRESSION = \`(() => {
  const own = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  try {
    Object.defineProperty(Error, 'stackTraceLimit', { value: 200, configurable: true, writable: true });
    Object.defineProperty(Error, 'prepareStackTrace', { value: (_, sites) => sites, configurable: true, writable: true });
    const sites = new Error().stack;
    return JSON.stringify(sites.map((site, i) => {
      const name = site.getFunctionName();
      const file = site.getFileName();
      const isMethod = i < 40 && name !== null && typeof file === 'string' && !file.startsWith('node:');
      return [
        name,
        isMethod && site.getMethodName() === name ? site.getTypeName() : null,
        typeof file === 'string' && !site.isEval() ? file : null,
        site.getLineNumber(), site.getColumnNumber(),
        site.getEnclosingLineNumber?.() ?? 0, site.getEnclosingColumnNumber?.() ?? 0,
        (site.isConstructor() ? 1 : 0) | (site.isAsync() ? 2 : 0) | (site.isEval() ? 4 : 0),
        file === null && !site.isEval() ? site.getTypeName() : null,
      ];
    }));
  } finally {
    if (own) Object.defineProperty(Error, 'prepareStackTrace', own);
    else delete Error.prepareStackTrace;
    if (limit) Object.defineProperty(Error, 'stackTraceLimit', limit);
    else delete Error.stackTraceLimit;
  }
})()
//# sourceURL=nestjs-monitor:read-stack\`;
const [IS_CONSTRUCTOR, IS_ASYNC, IS_EVAL] = [
	1,
	2,
	4
];
function parseStack(json) {
	if (typeof json !== "string") return void 0;
	return JSON.parse(json).slice(2);
}
// src/diagnostics/blocked-loop/worker/frames.ts
const ANONYMOUS = "anonymous";
const MAX_NAME = 200;
function framesOf(stacks, readsSourceMaps) {
	const frames = [];
	const known = new Map();
	const positions = new SourcePositions(readsSourceMaps);
	const indexOf = (site) => {
		const key = JSON.stringify(site);
		let index = known.get(key);
		if (index === void 0) known.set(key, index = frames.push(frameOf(site, positions)) - 1);
		return index;
	};
	const stackOf = (sites) => {
		const [innermost] = sites;
		if (innermost === void 0) return {
			frames: [],
			isAtEntry: false
		};
		const [, , url, line] = innermost;
		const wasEntered = isAtEntry(innermost, url === null || line === null ? void 0 : positions.runningLine(pathOf(url), line));
		return {
			frames: (wasEntered ? sites.slice(1) : sites).map(indexOf),
			isAtEntry: wasEntered
		};
	};
	return {
		stacks: stacks.map(stackOf),
		frames
	};
}
function frameOf(site, positions) {
	const [name, , url, line, column, enclosingLine, enclosingColumn, flags] = site;
	const path = url === null ? null : pathOf(url);
	let position = path === null ? void 0 : {
		file: path,
		line: line ?? 0
	};
	if (position !== void 0 && originOf(position.file) === "application") position = positions.find({
		...position,
		column: column ?? 1,
		name,
		enclosingLine
	});
	const isAsync = (flags & IS_ASYNC) !== 0;
	return {
		function: functionName(site).slice(0, MAX_NAME),
		file: position?.file ?? null,
		line: position?.line ?? 0,
		origin: position === void 0 ? "builtin" : originOf(position.file),
		id: [
			path,
			enclosingLine,
			enclosingColumn,
			name,
			isAsync
		].join(":"),
		isAsync
	};
}
function functionName([name, typeName, , , , , , flags, builtinOf]) {
	if (name === null || name === "") return ANONYMOUS;
	if ((flags & IS_CONSTRUCTOR) !== 0) return \`new \${name}\`;
	const owner = (flags & IS_EVAL) !== 0 ? null : typeName ?? builtinOf;
	return owner !== null && /^[\\p{L}_$][\\p{L}\\p{N}_$]*$/u.test(owner) && !UNSPECIFIC.has(owner) && !name.includes(".") ? \`\${owner}.\${name}\` : name;
}
const UNSPECIFIC = new Set([
	"Object",
	"Function",
	"global",
	"globalThis"
]);
function pathOf(url) {
	try {
		return url.startsWith("file:") ? (0, node_url.fileURLToPath)(url) : url;
	} catch {
		return url;
	}
}
function originOf(file) {
	if (file.startsWith("node:")) return "node";
	if (file.startsWith("wasm:")) return "dependency";
	return /(^|[\\\\/])node_modules[\\\\/]/.test(file) ? "dependency" : "application";
}
function inspect(threadId) {
	const session = new node_inspector.Session();
	session.connectToMainThread();
	return threadId === 0 ? new InspectedMainThread(session) : new InspectedWorkerThread(session, threadId);
}
const questionOf = (expression) => ({
	expression,
	returnByValue: true,
	silent: true
});
var InspectedMainThread = class {
	session;
	isReady = true;
	isAsked = true;
	constructor(session) {
		this.session = session;
	}
	poll() {}
	evaluate(expression, onAnswer) {
		this.session.post("Runtime.evaluate", questionOf(expression), (error, answer) => onAnswer(error === null ? answer?.result.value : void 0));
	}
	disconnect() {
		this.session.disconnect();
	}
};
var InspectedWorkerThread = class {
	session;
	sessionId;
	asked = 0;
	askedAt = 0;
	onAnswer = () => {};
	isAsked = false;
	constructor(session, threadId) {
		this.session = session;
		session.on("NodeWorker.attachedToWorker", ({ params }) => {
			const { sessionId, workerInfo } = params;
			if (workerInfo.title.startsWith(\`[worker \${threadId}]\`)) this.sessionId = sessionId;
		});
		session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => {
			const { message } = params;
			const { id, result } = JSON.parse(message);
			if (id === this.asked) this.onAnswer(result?.result.value);
		});
		session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
	}
	get isReady() {
		return this.sessionId !== void 0;
	}
	poll() {
		const { asked } = this;
		this.session.post("Runtime.evaluate", { expression: "0" }, () => {
			if (asked === this.asked && monotonicMs() - this.askedAt <= 30) this.isAsked = true;
		});
	}
	evaluate(expression, onAnswer) {
		const { sessionId } = this;
		if (sessionId === void 0) return;
		this.isAsked = false;
		this.askedAt = monotonicMs();
		this.onAnswer = onAnswer;
		const message = {
			id: ++this.asked,
			method: "Runtime.evaluate",
			params: questionOf(expression)
		};
		this.session.post("NodeWorker.sendMessageToWorker", {
			sessionId,
			message: JSON.stringify(message)
		});
		this.poll();
	}
	disconnect() {
		this.session.disconnect();
	}
};
// src/diagnostics/blocked-loop/worker/stack-sampler.ts
const FIRST_INTERVAL = 10;
const MAX_STACKS = 64;
const MAX_EMPTY = 5;
const NO_ANSWERS = {
	stacks: [],
	answered: 0,
	unanswered: 0
};
var StackSampler = class {
	busy;
	isCurrent;
	stacks = [];
	unanswered = 0;
	unasked = 0;
	thread;
	isReady = false;
	askedAt;
	nextAt = 0;
	interval = FIRST_INTERVAL;
	taken = 0;
	empty = 0;
	constructor(busy, isCurrent) {
		this.busy = busy;
		this.isCurrent = isCurrent;
	}
	get isLoopTurning() {
		return this.empty >= MAX_EMPTY;
	}
	connect(threadId) {
		this.thread = inspect(threadId);
	}
	poll(busy) {
		const { thread } = this;
		if (thread === void 0) return;
		thread.poll();
		if (!thread.isReady || this.askedAt !== void 0 || busy < this.nextAt) return;
		if (!this.isReady) this.unasked = busy;
		this.isReady = true;
		this.askedAt = busy;
		thread.evaluate(STACK_EXPRESSION, (value) => {
			if (this.askedAt !== void 0) this.take(this.askedAt, value);
		});
	}
	disconnect(busy) {
		if (this.askedAt !== void 0) this.addSilence(busy - this.askedAt);
		this.askedAt = void 0;
		const answered = this.isReady ? busy - this.unanswered - this.unasked : 0;
		this.thread?.disconnect();
		this.thread = void 0;
		return {
			stacks: this.stacks,
			answered,
			unanswered: this.unanswered
		};
	}
	addSilence(ms) {
		if (this.thread?.isAsked === true) this.unanswered += ms;
		else this.unasked += ms;
	}
	take(askedAt, json) {
		if (!this.isCurrent()) return;
		const now = this.busy();
		this.askedAt = void 0;
		this.nextAt = now + this.interval;
		if (now - askedAt > 30) {
			this.addSilence(now - askedAt);
			return;
		}
		const stack = parseStack(json);
		this.empty = stack?.length === 0 ? this.empty + 1 : 0;
		if (stack === void 0 || stack.length === 0) return;
		this.stacks.push(stack);
		if (++this.taken % MAX_STACKS === 0) this.thinOut();
	}
	thinOut() {
		this.stacks = this.stacks.filter((_, i) => i % 2 === 0);
		this.taken = this.stacks.length;
		this.interval *= 2;
	}
};
// src/diagnostics/blocked-loop/worker/task-files.ts
const MAX_BYTES = 4096;
var TaskFiles = class {
	directory;
	buffer = Buffer.alloc(MAX_BYTES);
	files = new Map();
	constructor(directory) {
		this.directory = directory;
	}
	read(name) {
		let file = this.files.get(name);
		if (file === void 0) this.files.set(name, file = (0, node_fs.openSync)(\`\${this.directory}/\${name}\`, "r"));
		return this.buffer.toString("latin1", 0, (0, node_fs.readSync)(file, this.buffer, 0, MAX_BYTES, 0));
	}
};
// src/diagnostics/blocked-loop/worker/thread-usage.ts
function usageReader(task) {
	return () => {
		try {
			if (task === void 0) return void 0;
			const nanoseconds = Number(task.read("schedstat").split(" ", 1)[0]);
			const status = task.read("status");
			const [, waits] = /^voluntary_ctxt_switches:\\s*(\\d+)/m.exec(status) ?? [];
			if (!(nanoseconds > 0) || waits === void 0) return void 0;
			return {
				cpu: nanoseconds / 1e6,
				waits: Number(waits),
				isWaiting: /^State:\\s*[SD]/m.test(status)
			};
		} catch {
			return;
		}
	};
}
// src/diagnostics/blocked-loop/worker/watch.ts
const GRACE = 15;
var Watch = class {
	settings;
	send;
	state;
	busy;
	wait;
	seen;
	constructor(settings, send) {
		this.settings = settings;
		this.send = send;
		this.state = new SharedState(settings.buffer);
		this.seen = this.state.blocks;
		const task = settings.task === void 0 ? void 0 : new TaskFiles(settings.task);
		this.busy = new BusyClock(usageReader(task), monotonicMs);
		this.wait = new EventWait(task);
	}
	async run() {
		const { state, settings } = this;
		while (!state.isStopped) {
			state.sleep(settings.pollInterval);
			if (this.isLoopAlive()) this.seen = state.blocks;
			else if (!state.isStopped) await this.watchTurn();
		}
	}
	isLoopAlive() {
		const { state, wait } = this;
		const { beats, lastBeat, idle } = state;
		const now = monotonicMs();
		if (now - lastBeat < GRACE) return true;
		const call = wait.read();
		if (wait.isWaiting(call)) {
			state.lastWait = now;
			return true;
		}
		this.send(null);
		state.sleep(GRACE);
		if (state.beats === beats) return wait.isWaiting();
		if (call !== void 0) wait.learn(call, state.lastBeat - lastBeat - (state.idle - idle));
		return true;
	}
	async watchTurn() {
		const { state, busy, settings } = this;
		const { beats } = state;
		const isCurrent = () => state.beats === beats && !state.isStopped;
		const lateFrom = monotonicMs();
		busy.start();
		const sampler = new StackSampler(() => busy.poll(), isCurrent);
		state.isConnected = true;
		if (!state.isStopped) sampler.connect(settings.threadId);
		while (isCurrent() && !sampler.isLoopTurning) {
			sampler.poll(busy.poll());
			await (0, node_timers_promises.setTimeout)(10);
		}
		const total = busy.poll();
		const answers = sampler.disconnect(total);
		state.isConnected = false;
		while (isCurrent()) state.sleep(GRACE);
		for (const times of this.unseen()) {
			const isWatched = times.begin <= lateFrom + total && times.end >= lateFrom;
			const before = Math.min(Math.max(0, lateFrom - times.begin), settings.pollInterval + 30);
			if (isWatched) this.report(times, before + total, answers);
		}
		for (const times of this.unseen()) this.report(times, times.end - times.begin, NO_ANSWERS);
	}
	unseen() {
		const found = this.state.blocksSince(this.seen);
		this.seen = this.state.blocks;
		return found;
	}
	report(times, busy, { stacks, answered, unanswered }) {
		const duration = Math.min(times.end - times.begin, busy);
		if (duration < this.settings.threshold) return;
		const { isAsleep } = this.busy;
		this.send({
			...times,
			duration,
			answered,
			unanswered,
			isAsleep,
			...framesOf(stacks, this.settings.readsSourceMaps)
		});
	}
};
// src/diagnostics/blocked-loop/worker/index.ts
new Watch(node_worker_threads.workerData, (message) => node_worker_threads.parentPort?.postMessage(message)).run();
`;
