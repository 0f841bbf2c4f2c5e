/** A question that waits for its turn, and who waits for the answer. */
interface Waiting<Question, Answer> {
  readonly question: Question
  resolve(answer: Answer): void
  reject(error: unknown): void
}

export interface BatchingDeps<Question, Answer> {
  ask(question: Question): Promise<Answer>
  /** One answer or error for each question, in their order; rejects when none is known. */
  askAll(questions: readonly Question[]): Promise<readonly (Answer | Error)[]>
  readonly questionsMax: number
}

/** Gathers what is asked in one turn of the event loop into as few calls as it takes. */
export class Batching<Question, Answer> {
  readonly #deps: BatchingDeps<Question, Answer>
  #waiting: Waiting<Question, Answer>[] = []

  constructor(deps: BatchingDeps<Question, Answer>) {
    this.#deps = deps
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => process.nextTick(() => this.#send()))
      this.#waiting.push({ question, resolve, reject })
    })
  }

  #send(): void {
    const all = this.#waiting
    this.#waiting = []
    const { questionsMax } = this.#deps
    for (let from = 0; from < all.length; from += questionsMax) {
      this.#sendTogether(all.slice(from, from + questionsMax))
    }
  }

  #sendTogether(together: readonly Waiting<Question, Answer>[]): void {
    const [first] = together
    if (first && together.length === 1) {
      this.#deps.ask(first.question).then(first.resolve, first.reject)
      return
    }
    this.#deps.askAll(together.map(({ question }) => question)).then(
      (answers) => {
        together.forEach(({ resolve, reject }, index) => {
          const answer = answers[index]
          if (answer === undefined) reject(new Error('the answer is missing'))
          else if (answer instanceof Error) reject(answer)
          else resolve(answer)
        })
      },
      (error: unknown) => {
        for (const { reject } of together) reject(error)
      },
    )
  }
}
