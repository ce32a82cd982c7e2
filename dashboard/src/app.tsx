import { useEffect, useMemo, useState } from 'preact/hooks';
import { Findings } from './components/findings.js';
import { HistoryAge } from './components/history-age.js';
import { Notices } from './components/notices.js';
import { TopBar } from './components/top-bar.js';
import type { ConnectionState } from './data/connection-state.js';
import { Connection } from './data/connection.js';
import type { Finding, ProcessActivity } from './data/endpoint-types.js';
import { HistoryStore } from './data/history-store.js';
import type { Sleep } from './data/sleep-watch.js';
import { useProfile } from './data/use-profile.js';
import { SECTIONS } from './sections/index.js';
import type { Feature, PageState, Pause, Range, Zoom } from './state.js';
import { PageContext } from './state.js';
import { useHash } from './use-hash.js';
import { useProcess, useProcessList } from './use-process.js';
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
  const [paused, setPaused] = useState<Pause>();
  const [sleep, setSleep] = useState<Sleep>();
  const [zoom, setZoom] = useState<Zoom>();
  const profile = useProfile(base);
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
    // The count is also visible in the tabs of the browser.
    document.title =
      findings.length === 0 ? `${service} – monitor` : `(${findings.length}) ${service} – monitor`;
  }, [service, findings.length]);
  useEffect(() => {
    setConnectionState({ kind: 'loading' });
    setFindings([]);
    connection.start();
    return () => connection.stop();
  }, [connection]);
  useProcessList(base, process, setProcesses);

  /** Also ends a pause: the data that the page has kept is that of another process. */
  const choose = (name: string | undefined) => {
    setPaused(undefined);
    setRestartedAt(undefined);
    showProcess(name);
  };

  const current: PageState = {
    base,
    features,
    process,
    processes: paused?.processes ?? processes,
    showProcess: choose,
    // While the page is paused, all sections and ranges show the data from when it was paused.
    store: paused?.store ?? store,
    version,
    range,
    zoom,
    isPaused: paused !== undefined,
    connection: connectionState,
    findings: paused?.findings ?? findings,
    profile,
    setZoom,
  };
  const sections = SECTIONS.filter(({ isShown }) => isShown?.(current) ?? true);
  const open = sections.find(({ id }) => id === hash) ?? sections[0];
  const shown = useMemo(
    () => current,
    [
      paused ?? version,
      range,
      zoom,
      current.findings,
      current.processes,
      process,
      connectionState,
      profile.status,
      profile.result,
      theme,
      open?.id,
    ],
  );
  const togglePause = () =>
    setPaused(
      paused === undefined ? { at: Date.now(), store: store.copy(), findings, processes } : undefined,
    );

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
        onProcess={choose}
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
        onAllProcesses={() => choose(undefined)}
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
              {open.isWithoutHistory !== true && current.store.instance !== undefined && <HistoryAge />}
              <open.Content />
            </>
          )
        )}
      </main>
    </PageContext.Provider>
  );
}

function uptimeOf(store: HistoryStore): number | null {
  return store.instance === undefined ? null : store.secondsSince(store.instance.start_time);
}

/** The part of the address after `#` selects a section, so the link moves the focus itself. */
function skipTo(event: Event, id: string): void {
  event.preventDefault();
  document.getElementById(id)?.focus();
}
