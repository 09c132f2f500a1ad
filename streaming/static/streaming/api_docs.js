// Shows the document in Swagger UI. What changes something is sent with the session's CSRF token.
"use strict";

const place = document.getElementById("api");

window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  // Swagger UI leaves out what comes after some 140 open operations.
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = place.dataset.csrf;
    return request;
  },
});
