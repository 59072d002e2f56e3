declare module 'virtual:colours.css'
declare module '@nuxt/ui/runtime/locale/*.js'
