/**
 * The things that decisions are computed from, each changed by few kinds of write, and so each
 * cacheable by itself. A write names exactly those that it changed.
 *
 * - `credential`: by the hash of a secret: the key, its bearer and narrowing.
 * - `principal`: a user or application with its groups.
 * - `bindings`: which policies are attached to a user, application or group.
 * - `policy`: a policy with its rules.
 * - `project`: which organization a project belongs to.
 */
export type EntityKind = 'credential' | 'principal' | 'bindings' | 'policy' | 'project'

export interface EntityRef {
  readonly kind: EntityKind
  readonly id: string
}
