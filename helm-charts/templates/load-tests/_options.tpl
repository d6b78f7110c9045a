{{/* The load specification, as a file of the workspace. */}}
{{- define "load-tests.spec" -}}
{{- .Values.load | toPrettyJson }}
{{- end }}

{{/* Options of `run` about how it is carried out. */}}
{{- define "load-tests.options" -}}
- --spec=/work/load.json
- --frames
- --frames-limit={{ include "celsiusify.plain" .Values.results.framesLimitBytes }}
- --hold={{ include "celsiusify.plain" .Values.results.holdSeconds }}
- --worker-timeout={{ include "celsiusify.plain" .Values.job.workerTimeoutSeconds }}
- --workers={{ include "celsiusify.plain" .Values.workers }}
{{- end }}
