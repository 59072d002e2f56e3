// Sends the browser on from a page that posts to an application. A field may be called `submit`, hence the detour.
HTMLFormElement.prototype.submit.call(document.getElementById('leaving'))
