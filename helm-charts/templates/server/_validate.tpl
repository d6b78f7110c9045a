{{/* Refuse values of a server that are valid one by one, but not together. */}}
{{- define "celsiusify.server.validate" -}}
{{- with .Values.autoscaling }}
{{- if .enabled }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
{{- fail (printf "%s.autoscaling.minReplicas (%v) is over autoscaling.maxReplicas (%v)" $.Key .minReplicas .maxReplicas) }}
{{- end }}
{{- if not (or .targetCPUUtilizationPercentage .metrics .keda.triggers) }}
{{- fail (printf "%s.autoscaling has no metric: set targetCPUUtilizationPercentage, metrics or keda.triggers, or enabled to false" $.Key) }}
{{- end }}
{{- if and .targetCPUUtilizationPercentage (not (($.Values.resources).requests).cpu) }}
{{- fail (printf "%s.autoscaling by CPU needs resources.requests.cpu: utilization is a percentage of the request" $.Key) }}
{{- end }}
{{- if and .keda.triggers (ne .engine "keda") }}
{{- fail (printf "%s.autoscaling.keda.triggers are set, but autoscaling.engine is %s: set it to keda" $.Key .engine) }}
{{- end }}
{{- if and .metrics (ne .engine "hpa") }}
{{- fail (printf "%s.autoscaling.metrics are set, but autoscaling.engine is %s: use autoscaling.keda.triggers" $.Key .engine) }}
{{- end }}
{{- end }}
{{- end }}
{{- $requested := ((.Values.resources).requests).cpu }}
{{- $limit := ((.Values.resources).limits).cpu }}
{{- if and $limit (gt (include "celsiusify.millicores" $requested | int) (include "celsiusify.millicores" $limit | int)) }}
{{- fail (printf "%s.resources.requests.cpu (%v) is over resources.limits.cpu (%v)" .Key $requested $limit) }}
{{- end }}
{{- $stop := int (include "celsiusify.server.stopSeconds" .) }}
{{- if lt (int .Values.terminationGracePeriodSeconds) $stop }}
{{- fail (printf "%s.terminationGracePeriodSeconds (%v) cuts off requests: the server takes up to %d s to stop, with a margin of 5 s" .Key .Values.terminationGracePeriodSeconds $stop) }}
{{- end }}
{{- $server := . }}
{{- range $kind := list "celsiusify.ports" "celsiusify.server.servicePorts" }}
{{- $ports := include $kind $server | fromYaml }}
{{- if ne (values $ports | uniq | len) (len $ports) }}
{{- fail (printf "two ports of %s are equal (%s): choose another service.port or service.targetPort" $server.Key (toJson $ports)) }}
{{- end }}
{{- end }}
{{- with .Values.model }}
{{- if and (eq .source "pvc") (not .claimName) }}
{{- fail (printf "%s.model.source is pvc: set model.claimName to the PersistentVolumeClaim with the model" $.Key) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The longest time in seconds that a pod takes to end, with a margin of 5 s. */}}
{{- define "celsiusify.server.stopSeconds" -}}
{{- with .Values -}}
{{ add .lifecycle.preStopSeconds ((.server).drainSeconds | default 0) ((.server).shutdownTimeoutSeconds | default 0) 5 }}
{{- end }}
{{- end }}
