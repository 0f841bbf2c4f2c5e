import type { Decision, DenyReason, Subject } from './decision.js'
import type { CompiledRule } from './policy.js'

/**
 * The decisions about one subject, each made once: however many questions are answered, there are
 * no more different answers than reasons and rules.
 */
export class Verdicts {
  readonly #subject: Subject
  readonly #denies = new Map<DenyReason, Decision>()
  readonly #byRule = new Map<CompiledRule, Decision>()
  readonly #timed = new Map<Decision, Decision>()
  #owner: Decision | undefined

  constructor(subject: Subject) {
    this.#subject = subject
  }

  owner(): Decision {
    this.#owner ??= { effect: 'allow', reason: 'OWNER', subject: this.#subject }
    return this.#owner
  }

  /** With `isTimed`, a decision that time alone may change. */
  deny(reason: DenyReason, isTimed = false): Decision {
    const made = this.#denies.get(reason) ?? this.#makeDeny(reason)
    return isTimed ? this.#timedFrom(made) : made
  }

  /** Allowed or denied, as the rule says. */
  byRule(rule: CompiledRule, isTimed: boolean): Decision {
    const made = this.#byRule.get(rule) ?? this.#makeByRule(rule)
    return isTimed ? this.#timedFrom(made) : made
  }

  #makeDeny(reason: DenyReason): Decision {
    const made: Decision = { effect: 'deny', reason, subject: this.#subject }
    this.#denies.set(reason, made)
    return made
  }

  #makeByRule(compiled: CompiledRule): Decision {
    const { policyId, policyName, id: ruleId } = compiled
    const rule = { policyId, policyName, ruleId }
    const subject = this.#subject
    const made: Decision =
      compiled.effect === 'deny'
        ? { effect: 'deny', reason: 'EXPLICIT_DENY', subject, rule }
        : { effect: 'allow', reason: 'RULE', subject, rule }
    this.#byRule.set(compiled, made)
    return made
  }

  #timedFrom(decision: Decision): Decision {
    const made = this.#timed.get(decision) ?? { timed: true, ...decision }
    this.#timed.set(decision, made)
    return made
  }
}
