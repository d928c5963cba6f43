#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { runCli } from '../lib/cli/run.ts';
import { systemWorld } from '../lib/cli/system-world.ts';

// From the sources it is beside this directory, built it is above `dist`.
const MANIFESTS = ['../package.json', '../../package.json'];

function versionOfThis(): string {
  for (const path of MANIFESTS) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return 'unknown';
}

// `everswarm events | head -1` closes the pipe early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCli(systemWorld(versionOfThis()), process.argv.slice(2));
