import { defineConfig } from 'vitest/config'
import { LongestFirst } from './support/longest-first.js'

export default defineConfig({
  test: {
    // Most tests wait for servers: two at a time use two cores better than one.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          root: new URL('..', import.meta.url).pathname,
          include: ['src/**/*.test.ts', 'test/*.test.ts', 'test/unit/**/*.test.ts'],
          // Properties try thousands of cases, and machines are shared.
          testTimeout: 60_000,
          // No module of ours keeps anything, so the files of a worker need not load them anew.
          isolate: false,
        },
      },
      {
        // The transport on real sockets, beside @grpc/grpc-js.
        test: {
          name: 'wire',
          root: new URL('..', import.meta.url).pathname,
          include: ['test/wire/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'servers',
          root: new URL('..', import.meta.url).pathname,
          include: ['storage', 'cache', 'e2e'].map((kind) => `test/${kind}/**/*.test.ts`),
          globalSetup: ['test/support/servers.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
