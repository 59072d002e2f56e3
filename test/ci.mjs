// @ts-check
// The steps of `.ci/run`. A check counts as one; a test command as many as its last line says. All steps run, whatever fails before them.
import { runChild } from '../core/boot/child.mjs'

const steps = ['check', 'lint', 'format:check', 'unused', 'test', 'test:all -- --rest']

const sum = { passed: 0, failed: 0 }
const failures = []
for (const step of steps) {
  process.stdout.write(`\n── npm run ${step}\n`)
  const { passed, failed } = await runStep(step)
  sum.passed += passed
  sum.failed += failed
  if (failed > 0) failures.push(step)
}
if (failures.length > 0) process.stdout.write(`\nFailed: ${failures.map((step) => `npm run ${step}`).join(', ')}\n`)
process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed\n`)
process.exitCode = sum.failed === 0 ? 0 : 1

/** @param {string} step */
async function runStep(step) {
  let output = ''
  const { code } = await runChild('npm', ['run', '--silent', ...step.split(' ')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    onOutput: (text) => {
      output += text
      process.stdout.write(text)
    },
  })
  const counts = step.startsWith('test')
    ? output
        .trimEnd()
        .split('\n')
        .at(-1)
        ?.match(/^(\d+) passed, (\d+) failed$/)
    : undefined
  if (counts && Number(counts[2]) === 0 && code !== 0) return { passed: Number(counts[1]), failed: 1 }
  if (counts) return { passed: Number(counts[1]), failed: Number(counts[2]) }
  return code === 0 && !step.startsWith('test') ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}
