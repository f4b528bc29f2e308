var e=document.getElementById("docs");window.SwaggerUIBundle({domNode:e,url:e.dataset.openapi,validatorUrl:null,queryConfigEnabled:!1,deepLinking:!0,docExpansion:"list",defaultModelsExpandDepth:0});
