{{- define "load-tests.configMap" -}}
# The folder that the load tests work in: what they read of the workspace.
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "celsiusify.metadata" (list . (include "celsiusify.fullname" .) "load") | nindent 2 }}
data:
  {{- include "load-tests.workspace" . | trim | nindent 2 }}
{{- end }}
