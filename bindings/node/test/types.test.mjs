// The declarations: they compile, and they declare what the package exports.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import test from 'node:test'

const require = createRequire(import.meta.url)
const typescript = require('typescript')
const folder = new URL('..', import.meta.url).pathname

test('a program that uses the types compiles, and one that misuses them does not', () => {
    const host = typescript.createCompilerHost({})
    const files = {
        '/good.ts': `
            import { compileFilter, exec, execAsync, FlagSet, Operation, Program, RuleSet, UncaughtHogVMException } from 'hogvm'
            import type { ExecResult, FlagAnswer, VMState } from 'hogvm'
            const program = new Program(['_H', 1, Operation.INTEGER, 1])
            const n: number = program.run<number>({ a: 1 }, { timeout: 5 }).result
            const text: string = program.runJson(new Uint8Array()).result
            const answer: ExecResult = exec(['_H', 1], { globals: {}, external: { regex: { match: (a, b) => a === b } } })
            const state: VMState | undefined = answer.state
            async function f() {
                const [first] = await program.runBatch<boolean>([{ a: 1 }, '{}'], { threads: 2, json: false })
                const error: Error | undefined = first.error
                return [(await execAsync(state!)).result, error, n, text, new UncaughtHogVMException('T', 'm').payload]
            }
            f()
            const rules = new RuleSet([{ id: 'a', filter: {} }], { booleanProperties: ['b'], timeout: 5 })
            const ids: string[] = rules.set({ id: 'b', bytecode: compileFilter({}) }).match('{}').ids
            const flag: FlagAnswer = new FlagSet('{}').evaluate('f', { distinctId: 'ann', now: new Date() })
            ids.push(rules.explain('a', {})?.text ?? '', flag.outcome === 'decided' ? String(flag.value) : '')`,
        '/bad.ts': `
            import { Program } from 'hogvm'
            new Program(5)
            new Program([]).run({}, { timeout: 'long' })
            import { FlagSet, RuleSet } from 'hogvm'
            new RuleSet([{ filter: {} }])
            new FlagSet({}).evaluate('f', {})`,
    }
    const read = host.readFile
    host.readFile = (name) => files[name] ?? read(name)
    const exists = host.fileExists
    host.fileExists = (name) => name in files || exists(name)
    const { getSourceFile } = host
    host.getSourceFile = (name, ...rest) =>
        files[name] ? typescript.createSourceFile(name, files[name], rest[0]) : getSourceFile(name, ...rest)
    const errors = (name) => {
        const options = {
            strict: true, noEmit: true, target: typescript.ScriptTarget.ES2022, module: typescript.ModuleKind.CommonJS, types: [],
            moduleResolution: typescript.ModuleResolutionKind.Node10, baseUrl: '/', paths: { hogvm: [`${folder}index.d.ts`] },
            lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
        }
        return typescript
            .getPreEmitDiagnostics(typescript.createProgram([name], options, host))
            .map(({ messageText }) => typescript.flattenDiagnosticMessageText(messageText, '\n'))
    }
    assert.deepEqual(errors('/good.ts'), [])
    assert.equal(errors('/bad.ts').length, 4)
})

test('every export is declared', () => {
    const text = fs.readFileSync(`${folder}index.d.ts`, 'utf8')
    const declared = [...text.matchAll(/^export (?:const|function|class) (\w+)/gm)].map(([, name]) => name)
    assert.deepEqual(declared.sort(), Object.keys(require('..')).sort())
})
