import { literal, type Messages, msg, screen, type Screen } from '../api/index.ts'
import { type Brand, sluice } from './brand.ts'
import { coreMessages } from './core-messages.ts'
import { factorPages, factorTexts } from './factor-samples.ts'
import type { Picture } from './layout.ts'
import { renderForward, renderPost } from './leaving.ts'
import { createMessages } from './messages.ts'
import { type PageModel, renderPage } from './page.ts'
import {
  deadLinkScreen,
  deniedScreen,
  doneScreen,
  errorScreen,
  expiredScreen,
  landingScreen,
  refusedScreen,
  savedScreen,
  signedOutScreen,
  unknownHostScreen,
} from './screens.ts'

/** Pages of every kind, for the tests and for looking at a brand. Their texts stand for those of plugins. */
const texts: Messages = {
  en: {
    'sample.sign-in': 'Sign in',
    'sample.identifier': 'User name or e-mail address',
    'sample.password': 'Password',
    'sample.forgot': 'Forgot your password?',
    'sample.wrong': 'The user name or the password is wrong.',
    'sample.empty': 'Enter your user name or e-mail address.',
    'sample.short': 'Use at least 8 characters.',
    'sample.consent': 'Allow access?',
    'sample.consent-text': '{application} would like to know the following about you:',
    'sample.profile': 'Your name and picture',
    'sample.profile-detail': 'As they are in your profile',
    'sample.email': 'Your e-mail address',
    'sample.allow': 'Allow',
    'sample.refuse': 'Refuse',
    'sample.account': 'Create your account',
    'sample.account-text': 'This account will administer the server.',
    'sample.name': 'Name',
    'sample.password-help': 'At least 8 characters. A sentence is easier to remember than a riddle.',
    'sample.language': 'Language of mails',
    'sample.about': 'About you',
    'sample.birthday': 'Date of birth',
    'sample.seats': 'Seats',
    'sample.how': 'How did you hear of us?',
    'sample.friend': 'From a friend',
    'sample.search': 'I searched for it',
    'sample.news': 'Send me news',
    'sample.code': 'Code from your app',
    'sample.slow': 'This link works for 10 more minutes.',
    'sample.continue': 'Continue',
    'sample.refused': 'Flask demo asked for something that it may not ask for.',
    'sample.refused-title': 'This application is not set up correctly',
    'sample.sent': 'Redirect URI that was sent',
  },
  de: {
    'sample.sign-in': 'Anmelden',
    'sample.identifier': 'Benutzername oder E-Mail-Adresse',
    'sample.password': 'Passwort',
    'sample.forgot': 'Passwort vergessen?',
    'sample.wrong': 'Der Benutzername oder das Passwort ist falsch.',
    'sample.empty': 'Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein.',
    'sample.short': 'Verwenden Sie mindestens 8 Zeichen.',
    'sample.consent': 'Zugriff erlauben?',
    'sample.consent-text': '{application} möchte Folgendes über Sie wissen:',
    'sample.profile': 'Ihren Namen und Ihr Bild',
    'sample.profile-detail': 'So, wie sie in Ihrem Profil stehen',
    'sample.email': 'Ihre E-Mail-Adresse',
    'sample.allow': 'Erlauben',
    'sample.refuse': 'Ablehnen',
    'sample.account': 'Konto anlegen',
    'sample.account-text': 'Dieses Konto wird den Server verwalten.',
    'sample.name': 'Name',
    'sample.password-help': 'Mindestens 8 Zeichen. Ein Satz ist leichter zu merken als ein Rätsel.',
    'sample.language': 'Sprache der E-Mails',
    'sample.about': 'Über Sie',
    'sample.birthday': 'Geburtsdatum',
    'sample.seats': 'Plätze',
    'sample.how': 'Wie haben Sie von uns erfahren?',
    'sample.friend': 'Durch Bekannte',
    'sample.search': 'Ich habe danach gesucht',
    'sample.news': 'Ich möchte Neuigkeiten erhalten',
    'sample.code': 'Code aus Ihrer App',
    'sample.slow': 'Dieser Link gilt noch 10 Minuten.',
    'sample.continue': 'Weiter',
    'sample.refused': 'Flask demo hat um etwas gebeten, worum es nicht bitten darf.',
    'sample.refused-title': 'Diese Anwendung ist nicht richtig eingerichtet',
    'sample.sent': 'Gesendete Redirect-URI',
  },
}
export const sampleMessages = createMessages({ core: coreMessages, plugins: [texts, factorTexts] })

const signIn = screen(
  msg('sample.sign-in'),
  { node: 'field', input: 'text', name: 'identifier', label: msg('sample.identifier'), autocomplete: 'username', required: true },
  { node: 'field', input: 'password', name: 'password', label: msg('sample.password'), required: true },
  { node: 'button', label: msg('sample.sign-in') },
  { node: 'link', label: msg('sample.forgot'), href: '/if/flow/recovery/' },
)

const everyField = screen(
  msg('sample.account'),
  { node: 'text', tone: 'muted', text: msg('sample.account-text') },
  { node: 'text', tone: 'warn', text: msg('sample.slow') },
  { node: 'field', input: 'text', name: 'name', label: msg('sample.name'), autocomplete: 'name', value: 'Ada Lovelace', required: true },
  { node: 'field', input: 'email', name: 'email', label: msg('sample.email'), autocomplete: 'email', required: true },
  {
    node: 'field',
    input: 'password',
    name: 'password',
    label: msg('sample.password'),
    help: msg('sample.password-help'),
    autocomplete: 'new-password',
    required: true,
  },
  {
    node: 'field',
    input: 'select',
    name: 'language',
    label: msg('sample.language'),
    options: [
      { value: 'en', label: literal('English') },
      { value: 'de', label: literal('Deutsch') },
    ],
  },
  { node: 'field', input: 'textarea', name: 'about', label: msg('sample.about'), value: '\n<b>&amp;</b>' },
  { node: 'field', input: 'date', name: 'birthday', label: msg('sample.birthday') },
  { node: 'field', input: 'number', name: 'seats', label: msg('sample.seats'), value: '3' },
  {
    node: 'field',
    input: 'radio',
    name: 'how',
    label: msg('sample.how'),
    required: true,
    options: [
      { value: 'friend', label: msg('sample.friend') },
      { value: 'search', label: msg('sample.search') },
    ],
  },
  { node: 'field', input: 'check', name: 'news', label: msg('sample.news') },
  { node: 'field', input: 'code', name: 'code', label: msg('sample.code'), required: true },
  { node: 'field', input: 'hidden', name: 'kept', value: 'x' },
  { node: 'button', label: msg('sample.continue') },
)

const consent = screen(
  msg('sample.consent'),
  { node: 'text', text: msg('sample.consent-text', { application: 'Flask demo' }) },
  { node: 'list', items: [{ text: msg('sample.profile'), detail: msg('sample.profile-detail') }, { text: msg('sample.email') }] },
  { node: 'button', label: msg('sample.allow'), name: 'decision', value: 'allow' },
  { node: 'button', label: msg('sample.refuse'), name: 'decision', value: 'refuse' },
)

const refused = screen(
  msg('sample.refused-title'),
  { node: 'text', tone: 'error', text: msg('sample.refused') },
  { node: 'values', items: [{ label: msg('sample.sent'), value: 'https://app.example.com/oidc/callback?<script>alert(1)</script>' }] },
)

const applications = ['Flask demo', 'Grafana', 'Nextcloud'].map((name) => ({ name, launchUrl: `https://${name.length}.example.com/` }))
const flaskDemo = { name: 'Flask demo' }
const reference = 'K7QF-2M9X'
const again = '/if/flow/redirect/'

type Sample = Partial<PageModel> & { readonly screen: Screen }
const pages: Readonly<Record<string, Sample>> = {
  'sign-in': { screen: signIn, application: flaskDemo },
  'wrong-password': { screen: signIn, application: flaskDemo, errors: { '': msg('sample.wrong') } },
  fields: { screen: everyField },
  'field-errors': {
    screen: everyField,
    errors: {
      email: msg('core.field.required'),
      password: msg('sample.short'),
      how: msg('core.field.required'),
      '': msg('core.form.stale'),
    },
  },
  consent: { screen: consent, application: flaskDemo, user: { username: 'ada.lovelace@example.com', notYou: again } },
  'refused-request': { screen: refused },
  denied: { screen: deniedScreen({ why: msg('core.denied.access', { application: flaskDemo.name }), reference, again }) },
  'refused-access': {
    screen: refusedScreen({
      why: msg('core.denied.access', { application: flaskDemo.name }),
      reference,
      username: 'ada',
      back: true,
      links: '/?do=',
    }),
  },
  'dead-link': { screen: deadLinkScreen({ signIn: again }) },
  expired: { screen: expiredScreen({ again }) },
  'unknown-host': { screen: unknownHostScreen({ origin: 'https://id.example.com', local: 'http://localhost:9000', url: undefined }) },
  'error-400': { screen: errorScreen({ status: 400 }) },
  'error-403': { screen: errorScreen({ status: 403, reference }) },
  'error-404': { screen: errorScreen({ status: 404 }) },
  'error-429': { screen: errorScreen({ status: 429, wait: 42 }) },
  'error-500': { screen: errorScreen({ status: 500, reference }) },
  'error-503': { screen: errorScreen({ status: 503, wait: 300 }) },
  landing: { screen: landingScreen({ username: 'ada', applications, signOut: '/if/flow/default-invalidation/' }) },
  'landing-empty': { screen: landingScreen({ username: 'ada', applications: [], signOut: '/if/flow/default-invalidation/' }) },
  done: { screen: doneScreen({ signIn: again }) },
  saved: { screen: savedScreen({ home: '/' }) },
  'signed-out': { screen: signedOutScreen({ signIn: again }) },
  ...factorPages,
}

/** The names of the samples; `forward` and `post` leave for `away`. */
export const sampleNames: readonly string[] = [...Object.keys(pages), 'forward', 'post']

type Wish = { readonly locale: string; readonly path: string; readonly away?: URL; readonly brand?: Brand; readonly picture?: Picture }

const nowhere = new URL('https://app.example.com/')

/** A sample as the server would send it under `path`. */
export const renderSample = (name: string, { locale, path, away = nowhere, brand = sluice, picture }: Wish): string => {
  const frame = { locale, t: sampleMessages.translator(locale), brand, picture }
  if (name === 'forward') return renderForward({ ...frame, application: flaskDemo }, away)
  if (name === 'post') return renderPost({ ...frame, application: flaskDemo }, away, { code: 'a&b', state: '"x"' })
  const languages = { locales: sampleMessages.locales, action: path, query: [['next', 'a&b']] as const }
  return renderPage({ ...frame, languages, action: path, hidden: { csrf: 'token' }, ...pages[name]! })
}
