/** What some faults show instead of the present state of the store. */

import type { Fault } from './fault.ts';
import { filesOf, type Project, type Release, type Store } from './store.ts';

/** The part of the store behind the simple index. */
export type SimpleStore = Pick<Store, 'project' | 'projects' | 'serial'>;

/** The store, or for `stale` what a cache would still have of it. */
export function simpleView(store: Store, fault: Fault | undefined, nowMs: number): SimpleStore {
  if (fault?.kind !== 'stale') {
    return store;
  }
  const latestMs = nowMs - fault.seconds * 1000;
  const projects = new Map<string, Project>();
  for (const [name, project] of store.projects) {
    const before = projectAsOf(project, latestMs);
    // A project that has only just got its first file is not known yet.
    if (filesOf(before).length > 0 || filesOf(project).length === 0) {
      projects.set(name, before);
    }
  }
  return {
    projects,
    project: (name) => {
      const present = store.project(name);
      return [...store.projects].flatMap(([key, project]) => (project === present ? (projects.get(key) ?? []) : []))[0];
    },
    serial: Math.max(0, store.serial - 1),
  };
}

function projectAsOf(project: Project, latestMs: number): Project {
  const releases = Object.entries(project.releases).flatMap(([key, release]) => {
    const files = release.files.filter((file) => file.uploadedAtMs <= latestMs);
    return files.length === 0 ? [] : [[key, { ...release, files }] as const];
  });
  return { ...project, releases: Object.fromEntries(releases) };
}

/** For `race`: the releases that exist when an upload begins. */
export function releasesAtStart(store: Store, fault: Fault | undefined): ReadonlySet<Release> | undefined {
  return fault?.kind === 'race'
    ? new Set([...store.projects.values()].flatMap((project) => Object.values(project.releases)))
    : undefined;
}
