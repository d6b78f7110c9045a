{{/* The profile that is named, as profiles.yaml has it. */}}
{{- define "load-tests.profile" -}}
{{- $profiles := .Files.Get "files/profiles.yaml" | fromYaml }}
{{- if not (hasKey $profiles .Values.load.profile) }}
{{- fail (printf "load.profile: there is no profile %s; there is %s" .Values.load.profile (keys $profiles | sortAlpha | join ", ")) }}
{{- end }}
{{- get $profiles .Values.load.profile | toYaml }}
{{- end }}

{{/* The seconds of a time like 1h30m, or those that stand for none: (list TIME DEFAULT). */}}
{{- define "load-tests.seconds" -}}
{{- $time := index . 0 }}
{{- $sum := ternary 0 (index . 1) (ne $time "") }}
{{- range $unit, $seconds := dict "h" 3600 "m" 60 "s" 1 }}
{{- $sum = regexFind (printf "[0-9]+%s" $unit) $time | trimSuffix $unit | int | mul $seconds | add $sum }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* How long loading so many targets takes at most, in seconds: (list . COUNT). */}}
{{- define "load-tests.duration" -}}
{{- $profile := include "load-tests.profile" (index . 0) | fromYaml }}
{{- $values := (index . 0).Values }}
{{- $load := $values.load }}
{{- $ramp_s := divf ($load.users | default $profile.users) ($load.spawnRate | default $profile.spawn_rate_per_s) | ceil | int }}
{{- $warm_up_s := include "load-tests.seconds" (list $load.warmUp $profile.warm_up_s) }}
{{- $steps_s := 0 }}
{{- range $profile.steps }}{{ $steps_s = add $steps_s .for_s }}{{ end }}
{{- $run_s := include "load-tests.seconds" (list $load.runTime ($steps_s | default $profile.run_time_s)) }}
{{- $cool_down_s := include "load-tests.seconds" (list $load.coolDown $profile.cool_down_s) }}
{{- /* For the last answers, and for what Locust takes to start and to end. */}}
{{- $around_s := 45 }}
{{- $load_s := add $ramp_s $warm_up_s $run_s $cool_down_s $around_s | mul $load.rounds }}
{{- add $load_s $values.job.startTimeoutSeconds | mul (index . 1) | add $values.job.workerTimeoutSeconds $values.results.holdSeconds }}
{{- end }}
