import { useEffect, useMemo, useState } from 'preact/hooks';
import { Findings } from './components/findings.js';
import { HistoryAge } from './components/history-age.js';
import { Notices } from './components/notices.js';
import { TopBar } from './components/top-bar.js';
import type { ConnectionState, Sleep } from './data/connection.js';
import { Connection } from './data/connection.js';
import type { Finding, ProcessActivity } from './data/endpoint-types.js';
import { HistoryStore } from './data/history-store.js';
import { SECTIONS } from './sections/index.js';
import type { Feature, PageState, Range, Zoom } from './state.js';
import { PageContext } from './state.js';
import { useHash } from './use-hash.js';
import { readProcesses, useProcess } from './use-process.js';
import { useTheme } from './use-theme.js';

interface Props {
  /** Path of the endpoint, such as `/monitor`. */
  readonly base: string;
  readonly service: string;
  readonly features: ReadonlySet<Feature>;
}

export function App({ base, service, features }: Props) {
  const [process, showProcess] = useProcess();
  const [processes, setProcesses] = useState<readonly ProcessActivity[]>([]);
  const store = useMemo(() => new HistoryStore(), [process]);
  const [version, setVersion] = useState(0);
  const [connectionState, setConnectionState] = useState<ConnectionState>({ kind: 'loading' });
  const [findings, setFindings] = useState<readonly Finding[]>([]);
  const [restartedAt, setRestartedAt] = useState<number>();
  const [range, setRange] = useState<Range>('15m');
  const [paused, setPaused] = useState<{ at: number; store: HistoryStore; findings: readonly Finding[] }>();
  const [sleep, setSleep] = useState<Sleep>();
  const [zoom, setZoom] = useState<Zoom>();
  const [theme, toggleTheme] = useTheme();
  const hash = useHash();

  const connection = useMemo(
    () =>
      new Connection(base, process, store, {
        onState: setConnectionState,
        onData: () => setVersion((one) => one + 1),
        onFindings: setFindings,
        onProcesses: setProcesses,
        onRestart: () => setRestartedAt(Date.now()),
        onSleep: setSleep,
      }),
    [base, process],
  );
  useEffect(() => {
    // In the list of tabs, too.
    document.title =
      findings.length === 0 ? `${service} – monitor` : `(${findings.length}) ${service} – monitor`;
  }, [service, findings.length]);
  useEffect(() => {
    setConnectionState({ kind: 'loading' });
    setFindings([]);
    connection.start();
    if (process !== undefined) void readProcesses(base).then(setProcesses);
    return () => connection.stop();
  }, [connection]);

  const current: PageState = {
    base,
    features,
    process,
    processes,
    showProcess,
    // While the page is paused, it shows what it showed, in all sections and ranges.
    store: paused?.store ?? store,
    version,
    range,
    zoom,
    isPaused: paused !== undefined,
    connection: connectionState,
    findings: paused?.findings ?? findings,
    setZoom,
  };
  const sections = SECTIONS.filter(({ isShown }) => isShown?.(current) ?? true);
  const open = sections.find(({ id }) => id === hash) ?? sections[0];
  const shown = useMemo(
    () => current,
    [paused ?? version, range, zoom, current.findings, processes, process, connectionState, theme, open?.id],
  );
  const togglePause = () =>
    setPaused(paused === undefined ? { at: Date.now(), store: store.copy(), findings } : undefined);

  return (
    <PageContext.Provider value={shown}>
      <a class="skip-link" href="#main" onClick={(event) => skipTo(event, 'main')}>
        Skip to the content
      </a>
      <TopBar
        service={service}
        instance={store.instance}
        uptime={uptimeOf(store)}
        process={process}
        processes={processes}
        onProcess={(pid) => {
          setPaused(undefined);
          setRestartedAt(undefined);
          showProcess(pid);
        }}
        isLive={connectionState.kind === 'live' && paused === undefined}
        range={range}
        isPaused={paused !== undefined}
        isDark={theme === 'dark'}
        onRange={(one) => {
          setZoom(undefined);
          setRange(one);
        }}
        onPause={togglePause}
        onTheme={toggleTheme}
      />
      <Notices
        connection={connectionState}
        process={process}
        silent={paused === undefined ? processes.filter(({ state }) => state === 'late') : []}
        onAllProcesses={() => showProcess(undefined)}
        restartedAt={restartedAt}
        sleep={sleep}
        pausedAt={paused?.at}
        onRetry={() => connection.retryNow()}
        onDismissRestart={() => setRestartedAt(undefined)}
        onDismissSleep={() => setSleep(undefined)}
      />
      <Findings />
      <nav aria-label="Sections">
        {sections.map(({ id, title }) => (
          <a key={id} href={`#${id}`} aria-current={id === open?.id ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <main id="main" tabIndex={-1}>
        <h2 class="visually-hidden">{open?.title}</h2>
        {connectionState.kind === 'loading' ? (
          <p class="empty">Loading the last hour…</p>
        ) : (
          open && (
            <>
              {open.isWithoutHistory !== true && <HistoryAge />}
              <open.Content />
            </>
          )
        )}
      </main>
    </PageContext.Provider>
  );
}

function uptimeOf({ instance }: HistoryStore): number | null {
  return instance === undefined ? null : (Date.now() - Date.parse(instance.start_time)) / 1000;
}

/** The address after `#` is that of a section, so the link moves the focus itself. */
function skipTo(event: Event, id: string): void {
  event.preventDefault();
  document.getElementById(id)?.focus();
}
