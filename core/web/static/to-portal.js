// On the page for browsers without scripts: this one runs them, so it can have the portal.
location.replace(`/if/user/${location.search}`)
