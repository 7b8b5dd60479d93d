import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchLiveness } from './watchdog.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the watchdog', () => {
  const options = { deadAfterMs: 20_000, tickMs: 1000 };

  it('calls a peer dead only after 20 s without a byte', () => {
    const wire = { bytesRead: 0 };
    const onDead = vi.fn();
    watchLiveness(wire, options, onDead);
    vi.advanceTimersByTime(19_000);
    wire.bytesRead += 1;
    vi.advanceTimersByTime(20_000);
    expect(onDead).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(onDead).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(60_000);
    expect(onDead).toHaveBeenCalledOnce();
  });

  it('never calls a slow peer dead', () => {
    const wire = { bytesRead: 0 };
    const onDead = vi.fn();
    watchLiveness(wire, options, onDead);
    for (let n = 0; n < 100; n++) {
      vi.advanceTimersByTime(15_000);
      wire.bytesRead += 1;
    }
    expect(onDead).not.toHaveBeenCalled();
  });

  it('does not blame the peer for the time in which this process slept', () => {
    const onDead = vi.fn();
    watchLiveness({ bytesRead: 0 }, options, onDead);
    vi.advanceTimersByTime(10_000);
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now + 3_600_000);
    vi.advanceTimersByTime(1000);
    expect(onDead).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('stays silent once it is ended', () => {
    const onDead = vi.fn();
    watchLiveness({ bytesRead: 0 }, options, onDead)();
    vi.advanceTimersByTime(60_000);
    expect(onDead).not.toHaveBeenCalled();
  });
});
