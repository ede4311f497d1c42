// The other end of the exchange (README.md): a process that takes requests and gives answers, a JSON line each.
import { spawn } from 'node:child_process'
import readline from 'node:readline'

const SILENCE = 30_000 // ms without an answer, then the process counts as hanging
const GRACE = 1000 // ms more

/** Answers come in the order of the requests. A process that dies or hangs fails its oldest request and is replaced. */
export class Exchange {
    #path
    #process
    #pending = []
    #watchdog

    constructor(path) {
        this.#path = path
        this.#start()
    }

    /** `text`: a request as JSON text without an id. */
    ask(text) {
        return new Promise((resolve) => {
            this.#pending.push({ text, resolve })
            this.#send(text)
        })
    }

    close() {
        clearTimeout(this.#watchdog)
        this.#process.stdin.end()
    }

    #start() {
        const child = spawn(this.#path, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, TZ: 'UTC' } })
        this.#process = child
        child.stdin.on('error', () => {}) // its exit tells
        const lines = readline.createInterface({ input: child.stdout, crlfDelay: Infinity })
        lines.on('line', (line) => this.#receive(line))
        child.on('error', (error) => {
            console.error(`${this.#path}: ${error.message}`)
            process.exit(2)
        })
        child.on('close', (code, signal) => this.#replace(`ended with ${signal ?? `code ${code}`}`))
    }

    #send(text) {
        this.#process.stdin.write(`{"id":0,${text.slice(1)}\n`)
        this.#watch()
    }

    #watch() {
        clearTimeout(this.#watchdog)
        const child = this.#process
        const oldest = this.#pending[0]
        if (!oldest) return
        // Where it was this process that was busy, the answer is there, and is read before a second timer rings.
        const kill = () => oldest === this.#pending[0] && child.kill('SIGKILL')
        this.#watchdog = setTimeout(() => (this.#watchdog = setTimeout(kill, GRACE)), SILENCE)
    }

    #receive(line) {
        const { resolve } = this.#pending.shift()
        this.#watch()
        try {
            resolve(JSON.parse(line))
        } catch {
            resolve({ status: 'unreadable', line })
        }
    }

    #replace(how) {
        if (!this.#pending.length) return
        this.#pending.shift().resolve({ status: 'crashed', how })
        this.#start()
        for (const { text } of this.#pending) this.#send(text)
    }
}
