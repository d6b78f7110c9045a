{{/* Options of `run` as arguments; what is empty or 0 is left to the command. */}}
{{- define "load-tests.options" -}}
{{- $load := .Values.load }}
{{- $options := dict
  "connection" $load.connection
  "cool-down" $load.coolDown
  "frames-limit" .Values.results.framesLimitBytes
  "hold" .Values.results.holdSeconds
  "load" $load.model
  "max-in-flight" $load.maxInFlight
  "order" $load.order
  "processes" $load.processes
  "profile" $load.profile
  "rate" $load.rate
  "rounds" $load.rounds
  "run-time" $load.runTime
  "spawn-rate" $load.spawnRate
  "start-timeout" .Values.job.startTimeoutSeconds
  "users" $load.users
  "warm-up" $load.warmUp
  "worker-timeout" .Values.job.workerTimeoutSeconds
  "workers" .Values.workers
}}
{{- range $name, $value := $options }}
{{- if $value }}
- --{{ $name }}={{ include "celsiusify.plain" $value }}
{{- end }}
{{- end }}
- --seed={{ include "celsiusify.plain" $load.seed }}
{{- with $load.thinkTime }}
- --think-time
{{- range . }}
- {{ include "celsiusify.plain" . | quote }}
{{- end }}
{{- end }}
{{- if not $load.calibration }}
- --no-calibration
{{- end }}
- --frames
{{- end }}
