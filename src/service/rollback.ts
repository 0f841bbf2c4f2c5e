/**
 * Thrown by work that is to leave nothing behind, such as a dry run: ends its transaction as a
 * failure would, and carries the answer out of it.
 */
export class Rollback<T> {
  readonly answer: T

  constructor(answer: T) {
    this.answer = answer
  }
}
