import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { refuseUnknownKeys, requireText } from './option-checks';
import type { ServiceInfo } from './record/log-record';

/** Names the service in every record. Its package is that of the file the process was started with. */
export interface ServiceOptions {
  /** @defaultValue the name in the service's package.json, else that of the working directory */
  readonly name?: string;
  /** @defaultValue the version in the service's package.json, else null */
  readonly version?: string;
  /** Tells processes of one service apart. @defaultValue `<host name>:<process id>` */
  readonly instance?: string;
}

export function resolveService(service: string | ServiceOptions = {}): ServiceInfo {
  const given = typeof service === 'string' ? { name: service } : service;
  refuseUnknownKeys('createLogging({ service })', given, ['name', 'version', 'instance']);
  const ofPackage = given.name === undefined || given.version === undefined ? servicePackage() : undefined;
  const {
    name = ofPackage?.name ?? (basename(process.cwd()) || 'app'),
    version = ofPackage?.version ?? null,
    instance = `${hostname()}:${process.pid}`,
  } = given;
  requireText('service.name', name);
  if (version !== null) requireText('service.version', version);
  requireText('service.instance', instance);
  return Object.freeze({ name, version, instance, host: hostname(), pid: process.pid });
}

interface Package {
  readonly name: string;
  readonly version: string | undefined;
}

/** A process that was started through a tool, such as a test runner, belongs to the package it was started in. */
function servicePackage(): Package | undefined {
  const main = resolve(process.argv[1] ?? '.');
  const isTool = main.split(sep).includes('node_modules');
  return packageAbove(isTool ? process.cwd() : dirname(main)) ?? packageAbove(process.cwd());
}

/** The nearest package with a name: build folders may hold a package.json that only tells the kind of their modules. */
function packageAbove(folder: string): Package | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = packageIn(at);
    if (found !== undefined || at === dirname(at)) return found;
  }
}

function packageIn(folder: string): Package | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
    if (typeof name !== 'string' || name === '') return undefined;
    return { name, version: typeof version === 'string' && version !== '' ? version : undefined };
  } catch {
    return undefined;
  }
}
