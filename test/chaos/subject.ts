/** Something to be asked about: one key, and one action that it may or may not do. */
export interface Subject {
  readonly name: string
  readonly apiKey: string
  readonly action: string
}

/** The action that every grant of the world is about. */
export const grantedAction = 'iam:group:list'

export const allowed = 'allow RULE'
