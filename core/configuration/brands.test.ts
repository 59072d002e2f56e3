import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { storeMedia } from '../media/media.ts'
import { readImage } from '../media/read-image.ts'
import { svg } from '../media/sample.fixture.ts'
import { changeOf, memory, planeOn, told } from './plane.fixture.ts'

const opened = async (t: TestContext) => {
  const database = await memory()
  const plane = await planeOn(database)
  t.after(async () => {
    plane.close()
    await database.close()
  })
  const id = await database.transaction((tx) => storeMedia(tx, { image: readImage(svg('')), name: 'logo', uploadedBy: 'x' }, 1))
  const commit = async (text: string) => told(await plane.commit(changeOf(text)))
  return { database, plane, id, commit }
}
const missing = '0197a1b2-c3d4-7e5f-8a6b-c7d8e9f0a1b2'

describe('a brand', () => {
  test('is that of the application, else that of the host, else the default', async (t) => {
    const { plane, commit, id } = await opened(t)
    assert.equal(plane.snapshot().brandOf('http://localhost:9000'), undefined)
    await commit(`
brands:
  acme: { name: Acme, logo: "${id}", hosts: [login.acme.example], colors: { primary: "#7a1fa2" } }
  shop: { name: Shop }
  default: { name: House, footerLinks: [{ label: Imprint, href: "https://house.example/" }] }
applications:
  shop: { name: The Shop, brand: shop, icon: "${id}" }
  wiki: { name: The Wiki }
`)
    const { brandOf, applications } = plane.snapshot()
    const named = (origin: string, application?: string) => brandOf(origin, application)?.name
    assert.equal(named('https://login.acme.example:8443'), 'Acme')
    assert.equal(named('https://login.acme.example', 'wiki'), 'Acme')
    assert.equal(named('https://login.acme.example', 'shop'), 'Shop')
    assert.equal(named('https://xlogin.acme.example'), 'House')
    assert.equal(named('', 'wiki'), 'House')
    assert.equal(named('', 'nowhere'), 'House')
    const acme = plane.snapshot().brands.get('acme')
    assert.equal(acme?.logo, `/media/${id}`)
    assert.match(acme?.styles ?? '', /^\/brand\/acme\.[\w-]{12}\.css$/)
    assert.match(acme?.sheet?.css ?? '', /--accent:#7a1fa2/)
    assert.equal(applications.get('shop')?.icon, `/media/${id}`)
  })

  test('is another revision, and has another address, when its colours change', async (t) => {
    const { plane, commit } = await opened(t)
    const seen = async (color: string) => {
      await commit(`brands: { acme: { name: Acme, colors: { primary: "${color}" } } }`)
      return [plane.snapshot().revision, plane.snapshot().brands.get('acme')?.styles]
    }
    const [first, second, again] = [await seen('#7a1fa2'), await seen('#0a6275'), await seen('#7a1fa2')]
    assert.notEqual(first[0], second[0])
    assert.notEqual(first[1], second[1])
    assert.deepEqual(again, first)
  })

  test('gives its flows to the applications that name it and no flow of their own', async (t) => {
    const { plane, commit } = await opened(t)
    const flow = '{ title: T, designation: authentication, steps: [{ type: greeting }] }'
    await commit(`
flows: { branded: ${flow}, own: ${flow} }
brands: { acme: { name: Acme, flows: { authentication: branded } } }
applications: { a: { name: A, brand: acme }, b: { name: B, brand: acme, flows: { authentication: own } }, c: { name: C } }
`)
    const { applications } = plane.snapshot()
    const flows = ['a', 'b', 'c'].map((slug) => applications.get(slug)?.flows.authentication)
    assert.deepEqual(flows, ['branded', 'own', 'default-authentication'])
    assert.deepEqual(await commit('flows: { branded: null }'), [
      'my.yaml:2:10: flows.branded: the flow "branded" is used by brands.acme (flows.authentication); change or delete that first',
    ])
  })

  test('that is used is not deleted, and keeps its users when it is renamed', async (t) => {
    const { plane, commit } = await opened(t)
    await commit('brands: { acme: { name: Acme } }\napplications: { a: { name: A, brand: acme } }')
    assert.match((await commit('brands: { acme: null }'))[0] ?? '', /the brand "acme" is used by applications\.a \(brand\)/)
    await plane.commit(changeOf('', { renames: [{ kind: 'brands', from: 'acme', to: 'ajax' }] }))
    assert.equal(plane.snapshot().brandOf('', 'a')?.slug, 'ajax')
    assert.match((await commit('applications: { b: { name: B, brand: ajac } }'))[0] ?? '', /there is no brand "ajac"; did you mean "ajax"/)
  })
})

describe('a brand is refused', () => {
  const cases: Readonly<Record<string, readonly [string, RegExp]>> = {
    'with a colour that nobody could read': [
      'colors: { primary: "#ffcc00" }',
      /colors\.primary: #ffcc00 has a contrast of 1\.5.*#[0-9a-f]{6} would do/,
    ],
    'with one for dark pages': ['colors: { dark: { primary: "#000033" } }', /colors\.dark\.primary: #000033/],
    'with a colour that is none': ['colors: { primary: "red;}*{}" }', /must be a colour as #rrggbb/],
    'with an image that nobody uploaded': [`logo: "${missing}"`, /logo: there is no image "0197a1b2-.*upload it \(POST \/api\/v1\/media\)/],
    'with an address for an image': ['icon: "https://evil.example/x.png"', /must be the id of an image/],
    'with a link that runs a script': ['footerLinks: [{ label: x, href: "javascript:alert(1)" }]', /starts with https/],
    'with a link that is no address': ['footerLinks: [{ label: x, href: "https://a\\\\b" }]', /starts with https/],
    'with a host that has a port': ['hosts: ["a.example:443"]', /without a port/],
    'with a flow for something else': ['flows: { authentication: default-invalidation }', /is for invalidation, not for authentication/],
    'with a flow that is not there': ['flows: { authentication: nowhere }', /there is no flow "nowhere"/],
    'with a field that is not there': ['css: "x"', /there is no "css"/],
  }
  for (const [name, [spec, reason]] of Object.entries(cases))
    test(name, async (t) => {
      const { commit } = await opened(t)
      assert.match((await commit(`brands: { acme: { name: Acme, ${spec} } }`)).join('\n'), reason)
    })

  test('with a host that another one has', async (t) => {
    const { commit } = await opened(t)
    const problems = await commit('brands: { a: { name: A, hosts: [x.example] }, b: { name: B, hosts: [x.example] } }')
    assert.match(problems.join('\n'), /brands\.b\.hosts\[0\]: the brand "a" has the host "x\.example" already/)
  })

  test('with the avatar of a user, which goes with the user', async (t) => {
    const { commit, database } = await opened(t)
    await commit('users: { ada: {} }')
    const { id: userId } = await database.sql.selectFrom('users').select('id').executeTakeFirstOrThrow()
    const id = await database.transaction((tx) => storeMedia(tx, { image: readImage(svg('')), name: '', uploadedBy: userId, userId }, 1))
    assert.match((await commit(`brands: { a: { name: A, logo: "${id}" } }`)).join('\n'), /there is no image/)
  })
})

test('what refers to an image is known by its id, and told when the image is gone', async (t) => {
  const { plane, commit, id, database } = await opened(t)
  await commit(`brands: { acme: { name: Acme, logoDark: "${id}" } }`)
  assert.deepEqual(plane.usedBy('media', id), [{ kind: 'brands', slug: 'acme', pointer: '/logoDark' }])
  assert.deepEqual(await plane.broken(), [])
  await database.sql.deleteFrom('media').execute()
  assert.match((await plane.broken())[0]?.message ?? '', /there is no image/)
})
