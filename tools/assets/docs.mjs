// The OpenAPI document as a page. Nothing is asked of any other site: no validator, no picture, no font.
const place = document.getElementById("docs")
window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.openapi,
  validatorUrl: null,
  queryConfigEnabled: false,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
})
