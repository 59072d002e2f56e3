import Type from 'typebox'
import { lineOfText } from '../api/index.ts'

/** The id of an image, as the API gives it to whoever uploads one. */
export const mediaReference = (title: string, description: string) =>
  Type.Optional(
    Type.String({
      title,
      description,
      pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
      'x-hint': 'the id of an image, as POST /api/v1/media gives it',
      'x-ref': 'media',
      'x-widget': 'image',
    }),
  )

const color = (title: string, description: string) =>
  Type.Optional(Type.String({ title, description, pattern: '^#[0-9a-fA-F]{6}$', 'x-hint': 'a colour as #rrggbb', 'x-widget': 'color' }))

const colors = {
  primary: color('Primary colour', 'Of buttons and links. Their text is black or white, whichever can be read.'),
  background: color('Background', 'Of the page around the form.'),
}

/** `flows`: the fields of flows by their use. */
export const brandSchema = <F extends Type.TProperties>(flows: F) =>
  Type.Object({
    name: lineOfText({
      title: 'Name',
      description: 'Shown as the title of every page, in place of “Sluice”.',
      minLength: 1,
      maxLength: 100,
    }),
    logo: mediaReference('Logo', 'Shown above every page, in place of the mark and the name.'),
    logoDark: mediaReference('Logo for dark pages', 'Where the other one could not be seen.'),
    icon: mediaReference('Icon', 'Shown by browsers in their tabs.'),
    colors: Type.Optional(
      Type.Object(
        {
          ...colors,
          dark: Type.Optional(
            Type.Object(colors, { title: 'Dark', description: 'On dark pages. Without it the primary colour is made light enough.' }),
          ),
        },
        { title: 'Colours', description: 'Such as nobody could read are refused, with one that is near.' },
      ),
    ),
    radius: Type.Optional(
      Type.Integer({ title: 'Roundness', description: 'Of the corners of fields and buttons, in pixels.', minimum: 0, maximum: 24 }),
    ),
    hosts: Type.Optional(
      Type.Array(
        Type.String({
          title: 'Host',
          description: 'A host name, e.g. `login.example.com`.',
          pattern: '^(?!-)[a-z0-9.-]{1,253}$',
          'x-hint': 'a host name in small letters, without a port',
        }),
        { title: 'Hosts', description: 'Names of this server at which pages look like this.', uniqueItems: true, maxItems: 100 },
      ),
    ),
    footerLinks: Type.Optional(
      Type.Array(
        Type.Object(
          {
            label: lineOfText({ title: 'Label', description: 'As people see it.', minLength: 1, maxLength: 100 }),
            href: Type.String({
              title: 'Address',
              description: 'Where it leads.',
              pattern: '^https://[^\\s\\\\]+$',
              maxLength: 2000,
              'x-hint': 'an address that starts with https://',
            }),
          },
          { title: 'Link', description: 'A link at the foot of every page.' },
        ),
        { title: 'Links', description: 'At the foot of every page, e.g. to an imprint.', maxItems: 10 },
      ),
    ),
    flows: Type.Optional(
      Type.Object(flows, { title: 'Flows', description: 'In place of the default flows, for applications that name this brand.' }),
    ),
  })
